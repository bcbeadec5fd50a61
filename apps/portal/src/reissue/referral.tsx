import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { ServicePoints } from '../home/service-points.tsx';
import { papersFor } from './papers.ts';
import type { ScreenProps } from './screen.ts';

/** The register does not know the company, says that it is closed, or the key has to be looked at. */
export function ReferralPage({ value, desk }: ScreenProps) {
  const { referral: texts, mismatch } = useWords().reissue;
  const reason = value.referral === null || value.referral === 'mismatch' ? 'unknown-entity' : value.referral;
  return (
    <Page title={texts[reason].title} back={`/cases/${value.id}`}>
      <div class="note stop">
        <p>{texts[reason].lead}</p>
      </div>
      <section class="card">
        <h2>{mismatch.bring}</h2>
        <ul class="papers">
          {papersFor([]).map((paper) => (
            <li key={paper}>{mismatch.papers[paper]}</li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{mismatch.where}</h2>
        <ServicePoints desk={desk} />
      </section>
    </Page>
  );
}
