import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { useSignedInDivision } from '../service-point/division.ts';
import { NearestPoints } from '../service-point/nearest-points.tsx';

/** A service that this desk does not offer online: what to do instead. */
export function NotOpenPage(props: { service: 'renewal' | 'amendment' | 'seal' | 'unlock' }) {
  const { notOpen, home, bring } = useWords();
  const division = useSignedInDivision();
  return (
    <Page title={notOpen.title(home.services[props.service].name)} lead={notOpen.lead} back="/">
      <section class="card">
        <h2>{bring.title}</h2>
        <ul class="papers checklist">
          {notOpen[props.service].map((paper) => (
            <li key={paper}>{paper}</li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{bring.where}</h2>
        <NearestPoints division={division} />
      </section>
    </Page>
  );
}
