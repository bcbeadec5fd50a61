import type { RenewalCase } from '@certdesk/contract';
import { useWords } from '../app/language.tsx';
import { ReissueResultPage } from '../reissue/result-page.tsx';
import type { ScreenProps } from '../reissue/screen.ts';

export function ResultPage(screen: ScreenProps<RenewalCase>) {
  const { value } = screen;
  const { renewal } = useWords();
  return (
    <ReissueResultPage screen={screen}>
      {value.twin?.newCertificate && <li>{renewal.twins}</li>}
      {value.samePair && <li>{renewal.samePair[value.samePair]}</li>}
      <li>{renewal.result.tax}</li>
    </ReissueResultPage>
  );
}
