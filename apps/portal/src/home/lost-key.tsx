import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { useSignedInDivision } from '../service-point/division.ts';
import { PapersAndPoints } from '../service-point/papers-and-points.tsx';

/** The key is gone or broken: nothing can be done with it online, but nothing is urgent that a telephone cannot do. */
export function LostKeyPage() {
  const { lostKey } = useWords();
  const division = useSignedInDivision();
  return (
    <Page title={lostKey.title} lead={lostKey.lead} back="/sign-in">
      <section class="card">
        <h2>{lostKey.lost}</h2>
        <List items={lostKey.whenLost} />
      </section>
      <section class="card">
        <h2>{lostKey.broken}</h2>
        <List items={lostKey.whenBroken} />
      </section>
      <p class="row">
        <a class="button main" href="/sign-in">
          {lostKey.tryAgain}
        </a>
        <button type="button" class="button" onClick={() => print()}>
          {lostKey.print}
        </button>
      </p>
      <PapersAndPoints papers={lostKey.papers} division={division} />
    </Page>
  );
}

function List({ items }: { items: readonly string[] }) {
  return (
    <ol class="todo">
      {items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ol>
  );
}
