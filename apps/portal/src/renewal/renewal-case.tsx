import type { DeskInfo, RenewalCase, Session } from '@certdesk/contract';
import { ReissueCasePage } from '../reissue/reissue-case.tsx';
import type { ScreenProps } from '../reissue/screen.ts';
import { CheckPage } from './check.tsx';
import { ResultPage } from './result.tsx';

export function RenewalCasePage(props: { id: string; desk: DeskInfo; session: Session }) {
  return <ReissueCasePage journey="renewal" own={ownScreen} {...props} />;
}

function ownScreen(screen: ScreenProps<RenewalCase>) {
  return screen.value.state === 'done' ? (
    <ResultPage {...screen} />
  ) : (
    <CheckPage key={screen.value.comparison?.digest} {...screen} />
  );
}
