import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { CancelRow } from '../cases/cancel-link.tsx';
import { divisionOf, unifiedCode } from '../service-point/division.ts';
import { NearestPoints } from '../service-point/nearest-points.tsx';
import type { ScreenProps } from './screen.ts';

/** The key lost its new key pair too often, or the CA refused: a person has to look at it. */
export function AttentionPage({ value }: ScreenProps) {
  const { reissue, bring } = useWords();
  const { referral } = reissue;
  const texts = referral[value.referral === 'authority-refused' ? 'authority-refused' : 'too-many-keys'];
  return (
    <Page title={texts.title} lead={texts.lead} back={`/cases/${value.id}`}>
      <section class="card">
        <h2>{bring.where}</h2>
        <NearestPoints division={divisionOf(unifiedCode(value.certificate))} />
      </section>
      <CancelRow value={value} />
    </Page>
  );
}
