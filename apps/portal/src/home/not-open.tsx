import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { useSignedInDivision } from '../service-point/division.ts';
import { PapersAndPoints } from '../service-point/papers-and-points.tsx';

/** A service that this desk does not offer online: what to do instead. */
export function NotOpenPage(props: { service: 'renewal' | 'amendment' | 'seal' | 'unlock' }) {
  const { notOpen, home } = useWords();
  const division = useSignedInDivision();
  return (
    <Page title={notOpen.title(home.services[props.service].name)} lead={notOpen.lead} back="/">
      <PapersAndPoints papers={notOpen[props.service]} division={division} />
    </Page>
  );
}
