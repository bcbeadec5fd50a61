import type { DeskInfo } from '@certdesk/contract';
import type { ComponentChild } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { HomePage } from '../home/home.tsx';
import { LostKeyPage } from '../home/lost-key.tsx';
import { NotOpenPage } from '../home/not-open.tsx';
import { ServicePointsPage } from '../service-point/service-points-page.tsx';
import { SignInPage } from '../sign-in/sign-in.tsx';
import { type Failure, failure } from '../troubles/failure.ts';
import { TroublePage } from '../troubles/trouble.tsx';
import { ApiError, api, failureOf } from './api.ts';
import { deskStore } from './desk.tsx';
import { fetchedPage } from './fetched-page.tsx';
import { Layout } from './layout.tsx';
import { Loading } from './page.tsx';
import { match, type Place, usePlace } from './router.ts';
import { sessionStore } from './session.ts';
import { useStore } from './store.ts';

// Nobody needs them before he has signed in.
const SignedInScreen = fetchedPage(async () => (await import('./signed-in-screen.tsx')).SignedInScreen);

/** Pages for everybody; null where the page is one for whoever has signed in. */
const open: [string, (desk: DeskInfo, place: Place) => ComponentChild | null][] = [
  ['/', (desk) => <HomePage desk={desk} />],
  ['/sign-in', (desk, { query }) => <SignInPage desk={desk} next={query.get('next')} />],
  ['/service-points', () => <ServicePointsPage />],
  ['/lost-key', () => <LostKeyPage />],
  ['/renewal', ({ services }) => (services.renewal ? null : <NotOpenPage key="renewal" service="renewal" />)],
  [
    '/amendment',
    ({ services }) => (services.amendment ? null : <NotOpenPage key="amendment" service="amendment" />),
  ],
  ['/seal', () => <NotOpenPage key="seal" service="seal" />],
  ['/unlock', () => <NotOpenPage key="unlock" service="unlock" />],
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
  for (const [pattern, draw] of open) {
    const page = match(pattern, here.path) && draw(desk, here);
    if (page) return <>{page}</>;
  }
  return <SignedInScreen desk={desk} here={here} />;
}
