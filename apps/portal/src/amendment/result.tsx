import type { AmendmentCase } from '@certdesk/contract';
import { day } from '@certdesk/contract/format';
import { useWords } from '../app/language.tsx';
import { ReissueResultPage } from '../reissue/result-page.tsx';
import type { ScreenProps } from '../reissue/screen.ts';

export function ResultPage(screen: ScreenProps<AmendmentCase>) {
  const { result } = useWords().amendment;
  return (
    <ReissueResultPage screen={screen}>
      <li>{result.same(day(screen.value.certificate.notAfter))}</li>
    </ReissueResultPage>
  );
}
