import type { DeskInfo, SignInRequest } from '@certdesk/contract';
import { useEffect, useState } from 'preact/hooks';
import { api, failureOf, type Of } from '../app/api.ts';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { navigate, safePath } from '../app/router.ts';
import { sessionStore } from '../app/session.ts';
import { AssistantStatus } from '../bridge/assistant-status.tsx';
import { useAssistant } from '../bridge/use-assistant.ts';
import { Served } from '../home/served.tsx';
import type { Failure } from '../troubles/failure.ts';
import { TroubleNote } from '../troubles/trouble.tsx';

/** Signing in by key: the window asks for the PIN and signs, the page carries the signature to the server. */
export function SignInPage({ desk, next }: { desk: DeskInfo; next: string | null }) {
  const { signIn } = useWords();
  const assistant = useAssistant(desk);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { phase, stop } = assistant;

  const start = () => {
    setFailure(null);
    assistant.start(api.signInOrder);
  };
  useEffect(() => {
    if (phase?.at !== 'signed') return;
    const request: Of<typeof SignInRequest> = { statement: phase.statement, certificate: phase.certificate };
    finish(request, safePath(next))
      .catch((error: unknown) => setFailure(failureOf(error)))
      // Either way the window has done its part.
      .finally(stop);
  }, [phase, next, stop]);

  return (
    <Page title={signIn.title} lead={signIn.lead} back="/">
      {!phase && !failure && (
        <section class="card">
          <ol class="todo">
            {signIn.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          <p class="row">
            <button type="button" class="button main" onClick={start}>
              {signIn.button}
            </button>
          </p>
        </section>
      )}
      <AssistantStatus assistant={assistant} desk={desk} retry={start} />
      {phase?.at === 'signed' && (
        <div class="note" role="status">
          <p>{signIn.checking}</p>
        </div>
      )}
      {failure && <TroubleNote failure={failure} desk={desk} retry={start} />}
      {!phase && !failure && <Served desk={desk} />}
      <p class="quiet">
        {signIn.forgotten} <a href="/unlock">{signIn.forgottenLink}</a>
        <br />
        {signIn.lost} <a href="/lost-key">{signIn.lostLink}</a>
      </p>
    </Page>
  );
}

/** Takes up the session and goes where the holder wanted, past an unfinished case if there is one. */
async function finish(request: Of<typeof SignInRequest>, next: string): Promise<void> {
  const session = await api.signIn(request);
  sessionStore.set({ at: 'signed-in', session });
  // Only an offer: when the list cannot be had just now, the holder still gets where he wanted to go.
  const cases = await api.cases().then(
    (answer) => answer.cases,
    () => [],
  );
  const unfinished = cases.find((one) => one.open && !next.includes(one.id));
  const target = next === '/' ? '/cases' : next;
  navigate(unfinished ? `/resume?next=${encodeURIComponent(target)}` : target, { replace: true });
}
