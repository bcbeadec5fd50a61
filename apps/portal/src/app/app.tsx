import type { DeskInfo, Session } from '@certdesk/contract';
import type { ComponentChild } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { CasePage } from '../cases/case.tsx';
import { CasesPage } from '../cases/cases.tsx';
import { ResumePage } from '../cases/resume.tsx';
import { HomePage } from '../home/home.tsx';
import { LostKeyPage } from '../home/lost-key.tsx';
import { NotFoundPage } from '../home/not-found.tsx';
import { NotOpenPage } from '../home/not-open.tsx';
import { CancelPage } from '../reissue/cancel.tsx';
import { RenewalCasePage } from '../renewal/renewal-case.tsx';
import { RenewalStartPage } from '../renewal/start.tsx';
import { ServicePointsPage } from '../service-point/service-points-page.tsx';
import { SignInPage } from '../sign-in/sign-in.tsx';
import { type Failure, failure } from '../troubles/failure.ts';
import { TroublePage } from '../troubles/trouble.tsx';
import { ApiError, api, failureOf } from './api.ts';
import { deskStore } from './desk.tsx';
import { Layout } from './layout.tsx';
import { Loading } from './page.tsx';
import { match, navigate, type Place, usePlace } from './router.ts';
import { sessionStore } from './session.ts';
import { useStore } from './store.ts';

interface Signed {
  desk: DeskInfo;
  session: Session;
  values: Record<string, string>;
  place: Place;
}

/** Pages for everybody. */
const open: [string, (desk: DeskInfo, place: Place) => ComponentChild][] = [
  ['/', (desk) => <HomePage desk={desk} />],
  ['/sign-in', (desk, { query }) => <SignInPage desk={desk} next={query.get('next')} />],
  ['/service-points', () => <ServicePointsPage />],
  ['/lost-key', () => <LostKeyPage />],
  ['/amendment', () => <NotOpenPage key="amendment" service="amendment" />],
  ['/seal', () => <NotOpenPage key="seal" service="seal" />],
  ['/unlock', () => <NotOpenPage key="unlock" service="unlock" />],
];

/** Pages for whoever has signed in. */
const signedIn: [string, (signed: Signed) => ComponentChild][] = [
  ['/renewal', ({ desk }) => <RenewalStartPage desk={desk} />],
  ['/renewal/:id', (s) => <RenewalCasePage key={s.values.id} id={s.values.id ?? ''} {...s} />],
  ['/renewal/:id/cancel', (s) => <CancelPage key={s.values.id} id={s.values.id ?? ''} desk={s.desk} />],
  ['/resume', ({ desk, place }) => <ResumePage desk={desk} next={place.query.get('next')} />],
  ['/cases', ({ desk }) => <CasesPage desk={desk} />],
  ['/cases/:id', (s) => <CasePage key={s.values.id} id={s.values.id ?? ''} desk={s.desk} />],
];

export function App() {
  const desk = useStore(deskStore);
  const [trouble, setTrouble] = useState<Failure | null>(null);
  const start = useCallback(() => {
    setTrouble(null);
    Promise.all([api.desk(), currentSession()]).then(
      ([info]) => deskStore.set(info),
      (error: unknown) => setTrouble(failureOf(error)),
    );
  }, []);
  useEffect(start, []);

  if (trouble) return <Layout>{<TroublePage failure={trouble} retry={start} />}</Layout>;
  if (!desk) return <Layout>{<Loading />}</Layout>;
  if (desk.maintenance)
    return <Layout desk={desk}>{<TroublePage failure={failure('maintenance')} desk={desk} />}</Layout>;
  return (
    <Layout desk={desk}>
      <Screen desk={desk} />
    </Layout>
  );
}

/** Who is signed in on this browser already. */
async function currentSession(): Promise<void> {
  try {
    sessionStore.set({ at: 'signed-in', session: await api.session() });
  } catch (error) {
    if (!(error instanceof ApiError) || error.failure.code !== 'session-ended') throw error;
    sessionStore.set({ at: 'none' });
  }
}

function Screen({ desk }: { desk: DeskInfo }) {
  const here = usePlace();
  const session = useStore(sessionStore);
  for (const [pattern, draw] of open) {
    if (match(pattern, here.path)) return <>{draw(desk, here)}</>;
  }
  for (const [pattern, draw] of signedIn) {
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
