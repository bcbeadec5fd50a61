import type { DeskInfo } from '@certdesk/contract';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { ServicePoints } from './service-points.tsx';

/** A service that this desk does not offer online: what to do instead. */
export function NotOpenPage(props: { service: 'renewal' | 'amendment' | 'seal' | 'unlock'; desk: DeskInfo }) {
  const { notOpen, home, reissue } = useWords();
  return (
    <Page title={notOpen.title(home.services[props.service].name)} lead={notOpen.lead} back="/">
      <section class="card">
        <h2>{notOpen.bring}</h2>
        <ul class="papers">
          {notOpen[props.service].map((paper) => (
            <li key={paper}>{paper}</li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{reissue.mismatch.where}</h2>
        <ServicePoints desk={props.desk} />
      </section>
    </Page>
  );
}
