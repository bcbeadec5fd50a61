import { day, inFours } from '@certdesk/contract/format';
import type { Candidate, OrderView } from '../../src/local/views.ts';
import { Facts } from '../parts/facts.tsx';
import { Phrase } from '../parts/phrase.tsx';
import { useWords } from '../words/words.tsx';

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
  return (
    <>
      <p>{samePair === 'certain' ? words.samePair.certain : words.renewalLead}</p>
      {samePair === 'unknown' && <p>{words.samePair.unknown}</p>}
      {order.twin && <p>{words.twinLead}</p>}
      <Facts
        rows={[
          [words.fact.entity, order.entityName],
          ...order.identityNumbers.map(({ kind, value }): [string, string] => [
            words.number[kind],
            inFours(value),
          ]),
          [words.fact.years, words.years(order.years)],
          [words.fact.notAfter, day(order.notAfter)],
          [words.fact.case, order.caseNumber],
          [words.fact.agreement, order.agreementVersion],
        ]}
      />
    </>
  );
}
