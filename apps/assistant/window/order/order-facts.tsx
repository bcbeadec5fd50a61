import type { OrderState, OrderView } from '../../src/local/views.ts';
import { day, inFours } from '../format.ts';
import { Facts } from '../parts/facts.tsx';
import { useWords } from '../words/words.ts';

export function originOf(state: OrderState): string | undefined {
  return state.phase === 'empty' ? undefined : state.order.origin;
}

/** The order in words, as the key's holder agrees to it. */
export function OrderFacts({ order }: { order: OrderView }) {
  const words = useWords();
  return (
    <section class="card" aria-label={words.purpose[order.purpose]}>
      <p class="quiet">{words.asks(order.desk)}</p>
      <h2>{words.purpose[order.purpose]}</h2>
      <Content order={order} />
      <p class="phrase">
        <span class="quiet">{words.phrase}</span> <strong>{order.phrase}</strong>
        <span class="quiet">{words.phraseHint}</span>
      </p>
    </section>
  );
}

function Content({ order }: { order: OrderView }) {
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
      <p>{words.renewalLead}</p>
      <Facts
        rows={[
          [words.fact.case, order.caseNumber],
          [words.fact.entity, order.entityName],
          ...order.identityNumbers.map(({ kind, value }): [string, string] => [
            words.number[kind],
            inFours(value),
          ]),
          [words.fact.years, words.years(order.years)],
          [words.fact.notAfter, day(order.notAfter)],
          [words.fact.agreement, order.agreementVersion],
        ]}
      />
    </>
  );
}
