import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { CancelRow } from '../cases/cancel-link.tsx';
import { ServicePoints } from '../home/service-points.tsx';
import type { ScreenProps } from './screen.ts';

/** The key lost its new key pair too often, or the CA refused: a person has to look at it. */
export function AttentionPage({ value, desk }: ScreenProps) {
  const { mismatch, referral } = useWords().reissue;
  const texts = referral[value.referral === 'authority-refused' ? 'authority-refused' : 'too-many-keys'];
  return (
    <Page title={texts.title} lead={texts.lead} back={`/cases/${value.id}`}>
      <section class="card">
        <h2>{mismatch.where}</h2>
        <ServicePoints desk={desk} />
      </section>
      <CancelRow value={value} />
    </Page>
  );
}
