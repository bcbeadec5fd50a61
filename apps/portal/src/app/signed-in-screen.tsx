import type { DeskInfo, Session } from '@certdesk/contract';
import type { ComponentChild } from 'preact';
import { useEffect } from 'preact/hooks';
import { AmendmentCasePage } from '../amendment/amendment-case.tsx';
import { AmendmentStartPage } from '../amendment/start.tsx';
import { CasePage } from '../cases/case.tsx';
import { CasesPage } from '../cases/cases.tsx';
import { ResumePage } from '../cases/resume.tsx';
import { NotFoundPage } from '../home/not-found.tsx';
import { CancelPage } from '../reissue/cancel.tsx';
import { RenewalCasePage } from '../renewal/renewal-case.tsx';
import { RenewalStartPage } from '../renewal/start.tsx';
import { failure } from '../troubles/failure.ts';
import { TroublePage } from '../troubles/trouble.tsx';
import { Loading } from './page.tsx';
import { match, navigate, type Place } from './router.ts';
import { sessionStore } from './session.ts';
import { useStore } from './store.ts';

interface Signed {
  desk: DeskInfo;
  session: Session;
  values: Record<string, string>;
  place: Place;
}

const pages: [string, (signed: Signed) => ComponentChild][] = [
  ['/renewal', ({ desk }) => <RenewalStartPage desk={desk} />],
  ['/renewal/:id', (s) => <RenewalCasePage key={s.values.id} id={s.values.id ?? ''} {...s} />],
  ['/renewal/:id/cancel', (s) => <CancelPage key={s.values.id} id={s.values.id ?? ''} desk={s.desk} />],
  ['/amendment', ({ desk }) => <AmendmentStartPage desk={desk} />],
  ['/amendment/:id', (s) => <AmendmentCasePage key={s.values.id} id={s.values.id ?? ''} {...s} />],
  ['/amendment/:id/cancel', (s) => <CancelPage key={s.values.id} id={s.values.id ?? ''} desk={s.desk} />],
  ['/resume', ({ desk, place }) => <ResumePage desk={desk} next={place.query.get('next')} />],
  ['/cases', ({ desk }) => <CasesPage desk={desk} />],
  ['/cases/:id', (s) => <CasePage key={s.values.id} id={s.values.id ?? ''} desk={s.desk} />],
];

/** The page for this place, if there is one, for whoever has signed in. */
export function SignedInScreen({ desk, here }: { desk: DeskInfo; here: Place }) {
  const session = useStore(sessionStore);
  for (const [pattern, draw] of pages) {
    const values = match(pattern, here.path);
    if (!values) continue;
    if (session.at === 'ended') return <TroublePage failure={failure('session-ended')} desk={desk} />;
    if (session.at !== 'signed-in') return <ToSignIn here={here} />;
    return <>{draw({ desk, session: session.session, values, place: here })}</>;
  }
  return <NotFoundPage />;
}

/** Whoever comes to a page of his own unsigned signs in first and comes back to it. */
function ToSignIn({ here }: { here: Place }) {
  const query = here.query.toString();
  const back = query === '' ? here.path : `${here.path}?${query}`;
  useEffect(() => navigate(`/sign-in?next=${encodeURIComponent(back)}`, { replace: true }), [back]);
  return <Loading />;
}
