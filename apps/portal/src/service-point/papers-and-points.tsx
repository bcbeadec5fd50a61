import { useWords } from '../app/language.tsx';
import { NearestPoints } from './nearest-points.tsx';

/** What to bring, to be ticked off, and where to. */
export function PapersAndPoints(props: {
  /** In words. */
  papers: readonly string[];
  /** The company's, six digits; null: not known. */
  division: string | null;
}) {
  const { bring } = useWords();
  return (
    <>
      <section class="card">
        <h2>{bring.title}</h2>
        <ul class="papers checklist">
          {props.papers.map((paper) => (
            <li key={paper}>{paper}</li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{bring.where}</h2>
        <NearestPoints division={props.division} />
      </section>
    </>
  );
}
