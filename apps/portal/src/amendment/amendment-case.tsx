import type { AmendmentCase, DeskInfo, Session } from '@certdesk/contract';
import { ReissueCasePage } from '../reissue/reissue-case.tsx';
import type { ScreenProps } from '../reissue/screen.ts';
import { CheckPage } from './check.tsx';
import { ResultPage } from './result.tsx';
import { UnchangedPage } from './unchanged.tsx';

export function AmendmentCasePage(props: { id: string; desk: DeskInfo; session: Session }) {
  return <ReissueCasePage journey="amendment" own={ownScreen} {...props} />;
}

function ownScreen(screen: ScreenProps<AmendmentCase>) {
  const { state, comparison } = screen.value;
  if (state === 'done') return <ResultPage {...screen} />;
  if (state === 'unchanged') return <UnchangedPage {...screen} />;
  // Another answer of the register is decided about anew.
  return <CheckPage key={comparison?.digest} {...screen} />;
}
