import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { divisionOf, unifiedCode } from '../service-point/division.ts';
import { papersFor } from '../service-point/papers.ts';
import { WhatToBring } from '../service-point/what-to-bring.tsx';
import type { ScreenProps } from './screen.ts';

/** The register does not know the company, says that it is closed, or the key has to be looked at. */
export function ReferralPage({ value }: ScreenProps) {
  const { referral: texts } = useWords().reissue;
  const reason = value.referral === null || value.referral === 'mismatch' ? 'unknown-entity' : value.referral;
  const isAboutCompany = reason === 'unknown-entity' || reason === 'closed-entity';
  const code = unifiedCode(value.certificate);
  return (
    <Page title={texts[reason].title} back={`/cases/${value.id}`}>
      <div class="note stop">
        <p>{texts[reason].lead}</p>
      </div>
      <WhatToBring
        entityName={value.entityName}
        caseNumber={value.number}
        papers={papersFor(isAboutCompany ? ['name'] : [], code !== null)}
        division={divisionOf(code)}
      />
    </Page>
  );
}
