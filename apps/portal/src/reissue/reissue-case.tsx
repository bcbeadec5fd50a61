import type { Case, DeskInfo, Session } from '@certdesk/contract';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { Loading } from '../app/page.tsx';
import { type Assistant, useAssistant } from '../bridge/use-assistant.ts';
import { useCase } from '../cases/use-case.ts';
import { NotFoundPage } from '../home/not-found.tsx';
import { TroublePage } from '../troubles/trouble.tsx';
import { AttentionPage } from './attention.tsx';
import { AwaitedPage } from './awaited.tsx';
import { EndedPage } from './ended.tsx';
import { MismatchPage } from './mismatch.tsx';
import { OtherCertificatePage } from './other-certificate.tsx';
import { ReferralPage } from './referral.tsx';
import type { ScreenProps } from './screen.ts';
import { WaitingPage } from './waiting.tsx';
import { WritingPage } from './writing.tsx';

type CaseOf<J extends Case['journey']> = Extract<Case, { journey: J }>;

interface Props<J extends Case['journey']> {
  id: string;
  journey: J;
  desk: DeskInfo;
  session: Session;
  /** The journey's own screens: while the holder decides, and once the case is at its end. */
  own: (screen: ScreenProps<CaseOf<J>>) => VNode;
}

/** One address for the whole case: which screen it shows follows from the case's state alone. */
export function ReissueCasePage<J extends Case['journey']>(props: Props<J>) {
  const { journey, desk, session, own } = props;
  const { value, failure, update, reload } = useCase(props.id);
  const assistant = useAssistant(desk);
  const finished = assistant.phase?.at === 'finished';
  // The window says that it is done; what that means for the case, the server says.
  useEffect(() => {
    if (finished) reload();
  }, [finished, reload]);

  if (failure) return <TroublePage failure={failure} desk={desk} retry={reload} />;
  if (!value) return <Loading />;
  if (!isOf(journey, value)) return <NotFoundPage />;
  const screen = { value, desk, assistant, update, reload };
  if (isAnothers(value, session)) return <OtherCertificatePage value={value} session={session} />;
  switch (value.state) {
    case 'registry-silent':
      return <WaitingPage {...screen} />;
    case 'checking':
    case 'confirmed':
    case 'unchanged':
    case 'done':
      return own(screen);
    case 'ordered':
      return isBeingWritten(value, assistant) ? <WritingPage {...screen} /> : own(screen);
    case 'issuing':
      return isAwaited(value, assistant) ? <AwaitedPage {...screen} /> : <WritingPage {...screen} />;
    case 'issued':
    case 'proved':
      return <WritingPage {...screen} />;
    case 'attention':
      return <AttentionPage {...screen} />;
    case 'referred':
      return value.referral === 'mismatch' ? <MismatchPage {...screen} /> : <ReferralPage {...screen} />;
    case 'cancelled':
    case 'expired':
      return <EndedPage {...screen} />;
  }
}

function isOf<J extends Case['journey']>(journey: J, value: Case): value is CaseOf<J> {
  return value.journey === journey;
}

/** An open case of the same company, but of another certificate than the one signed in with. */
function isAnothers({ open, certificate, newCertificate }: Case, session: Session): boolean {
  const { digest } = session.certificate;
  return open && digest !== certificate.digest && digest !== newCertificate?.digest;
}

/** The CA takes its time, and no window waits with it. */
function isAwaited({ awaited }: Case, { phase }: Assistant): boolean {
  return awaited !== null && phase?.at !== 'taken';
}

function isBeingWritten(value: Case, { phase }: Assistant): boolean {
  return value.progress !== null || phase?.at === 'taken' || phase?.at === 'finished';
}
