import { day, inFours } from '@certdesk/contract/format';
import type { Candidate, OrderView } from '../../src/local/views.ts';
import { Facts } from '../parts/facts.tsx';
import { Phrase } from '../parts/phrase.tsx';
import { useWords } from '../words/words.tsx';
import type { Words } from '../words/zh.ts';

interface Props {
  readonly order: OrderView;
  /** Of a renewal, once the key is in: whether its pair stays. */
  readonly samePair?: Candidate['samePair'];
}

/** The order in words, as the key's holder agrees to it. */
export function OrderFacts({ order, samePair }: Props) {
  const words = useWords();
  return (
    <section class="card" aria-labelledby="order">
      <h2 id="order">{words.purpose[order.purpose]}</h2>
      <p class="quiet">{words.asks(order.desk)}</p>
      <Content order={order} samePair={samePair} />
      <Phrase phrase={order.phrase} />
    </section>
  );
}

function Content({ order, samePair }: Props) {
  const words = useWords();
  if (order.purpose === 'sign-in') return <p>{words.signInLead}</p>;
  if (order.purpose === 'tidy') {
    return (
      <>
        <p>{words.tidyLead(order.leftovers)}</p>
        <Facts rows={[[words.fact.case, order.caseNumber]]} />
      </>
    );
  }
  const { added, identityNumbers } = order;
  const numbers = (list: typeof added) =>
    list.map(({ kind, value }): [string, string] => [words.number[kind], inFours(value)]);
  return (
    <>
      {order.purpose === 'amendment' ? (
        <AmendmentLead twin={order.twin} />
      ) : (
        <RenewalLead twin={order.twin} samePair={samePair} />
      )}
      {added.length > 0 && (
        <>
          <h3>{words.comesIn}</h3>
          <Facts rows={numbers(added)} />
          <h3>{words.willBe}</h3>
        </>
      )}
      <Facts
        rows={[
          [words.fact.entity, order.entityName],
          ...numbers(identityNumbers),
          ...termOf(words, order),
          [words.fact.case, order.caseNumber],
          ...(order.purpose === 'renewal' ? [[words.fact.agreement, order.agreementVersion] as const] : []),
        ]}
      />
    </>
  );
}

function RenewalLead({ twin, samePair }: Pick<Props, 'samePair'> & { readonly twin: boolean }) {
  const words = useWords();
  return (
    <>
      <p>{samePair === 'certain' ? words.samePair.certain : words.renewalLead}</p>
      {samePair === 'unknown' && <p>{words.samePair.unknown}</p>}
      {twin && <p>{words.twinLead}</p>}
    </>
  );
}

/** Nothing but the numbers changes, and that is said. */
function AmendmentLead({ twin }: { twin: boolean }) {
  const words = useWords();
  return (
    <>
      <p>{words.amendmentLead}</p>
      {twin && <p>{words.amendmentTwinLead}</p>}
    </>
  );
}

/** Until when it will be valid. */
function termOf(
  { fact, years }: Words,
  order: OrderView & { purpose: 'renewal' | 'amendment' },
): [string, string][] {
  const end = day(order.notAfter);
  if (order.purpose === 'amendment') return [[fact.staysUntil, end]];
  return [
    [fact.years, years(order.years)],
    [fact.notAfter, end],
  ];
}
