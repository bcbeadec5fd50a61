import type { Case, WriteStep } from '@certdesk/contract';
import { api } from '../app/api.ts';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import type { Assistant } from '../bridge/use-assistant.ts';
import { CancelRow } from '../cases/cancel-link.tsx';
import { failure } from '../troubles/failure.ts';
import { TroubleNote } from '../troubles/trouble.tsx';
import type { ScreenProps } from './screen.ts';
import { Steps } from './steps.tsx';

const allSteps: readonly WriteStep[] = ['generate', 'issue', 'write', 'prove', 'tidy'];
/** Where the pair that is there gets the new certificates, it is proved first; then they are written. */
const samePairSteps: readonly WriteStep[] = ['issue', 'prove', 'write'];
const stepsOf = ({ samePair }: Case) => (samePair === 'certain' ? samePairSteps : allSteps);

/** Follows the case, not the window: the assistant works on by itself, also when the page is closed. */
export function WritingPage({ value, desk, assistant }: ScreenProps) {
  const words = useWords();
  const { writing } = words.reissue;
  const { phase } = assistant;
  const failed = phase?.at === 'failed' ? phase.failure : null;
  // It stopped because the CA took its time, and by now there is a certificate: the window is simply opened again.
  const stopped = failed?.code === 'issuing-waits' && value.state !== 'issuing' ? null : failed;
  const proved = value.state === 'proved';
  const reopen = () => assistant.start(() => api.order(value.id));
  // Opened anew after the proof, the page cannot know whether the assistant still tidies; the certificate is in force.
  const left = proved && (stopped !== null || phase === null);
  const title = left ? writing.provedTitle : stopped ? writing.interruptedTitle : writing.title;
  const leftLead = value.samePair === 'certain' ? writing.provedSamePair : writing.proved;
  const lead = left ? leftLead : stopped ? writing.interrupted : writing.lead;
  return (
    <Page title={title} lead={lead} back={`/cases/${value.id}`} above={<Steps of={value.journey} now={2} />}>
      <Progress steps={stepsOf(value)} now={currentStep(value)} />
      {stopped && <TroubleNote failure={stopped} desk={desk} retry={reopen} />}
      {!stopped && <WindowHelp assistant={assistant} reopen={reopen} />}
      {phase?.at === 'missing' && (
        <TroubleNote failure={failure('assistant-missing')} desk={desk} retry={reopen}>
          <p>{words.assistant.missingListening}</p>
        </TroubleNote>
      )}
      {phase?.at !== 'taken' && <CancelRow value={value} />}
    </Page>
  );
}

/** What the assistant reported last, or what the case's state says when that is further on. */
function currentStep({ state, progress, samePair }: Case): number {
  if (samePair === 'certain') return state === 'proved' ? 2 : state === 'issued' ? 1 : 0;
  const reported = progress ? allSteps.indexOf(progress.step) : 0;
  const least = state === 'proved' ? 4 : state === 'issued' ? 2 : state === 'issuing' ? 1 : 0;
  return Math.max(reported, least);
}

function Progress({ steps, now }: { steps: readonly WriteStep[]; now: number }) {
  const { writing } = useWords().reissue;
  return (
    <section class="card">
      <progress max={steps.length} value={now + 0.5} aria-label={writing.progress} />
      <ol class="progress">
        {steps.map((step, at) => {
          const state = at < now ? 'done' : at === now ? 'now' : 'todo';
          return (
            <li key={step} class={state} aria-current={state === 'now' ? 'step' : undefined}>
              {writing.steps[step]} <span class="hidden">{writing[state]}</span>
            </li>
          );
        })}
      </ol>
      <p class="hidden" role="status">
        {writing.steps[steps[now] ?? 'tidy']} {writing.now}
      </p>
    </section>
  );
}

/** The window may be at work, may wait for the PIN, or, after this page was opened anew, may be gone. */
function WindowHelp({ assistant, reopen }: { assistant: Assistant; reopen: () => void }) {
  const words = useWords();
  const { writing } = words.reissue;
  const at = assistant.phase?.at;
  if (at === 'missing' || at === 'finished') return null;
  if (at === 'taken' || at === 'handed' || at === 'seeking') {
    return (
      <>
        <div role="status">
          {at !== 'taken' && (
            <div class="note wait">
              <p>{words.assistant[at]}</p>
            </div>
          )}
        </div>
        <p class="row">
          <button type="button" class="button" onClick={assistant.show}>
            {words.assistant.show}
          </button>
        </p>
      </>
    );
  }
  return (
    <section class="card">
      <h2>{writing.ifClosed}</h2>
      <p>{writing.ifClosedWrite}</p>
      <p class="row">
        <button type="button" class="button main" onClick={reopen}>
          {writing.reopen}
        </button>
      </p>
    </section>
  );
}
