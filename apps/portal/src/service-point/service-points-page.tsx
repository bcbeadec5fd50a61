import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { ChosenPoints } from './chosen-points.tsx';
import { useSignedInDivision } from './division.ts';

export function ServicePointsPage() {
  const { servicePoints } = useWords();
  return (
    <Page title={servicePoints.title} lead={servicePoints.lead} back="/">
      <section class="card">
        <ChosenPoints division={useSignedInDivision()} count={5} />
      </section>
    </Page>
  );
}
