import type { WriteStep } from '@certdesk/contract';
import type { OrderState } from '../../src/local/views.ts';
import { Frame } from '../parts/frame.tsx';
import { useWords } from '../words/words.tsx';

/** As `writeSteps` of the contract has them; its schemas would come along with an import. */
const renewalSteps: readonly WriteStep[] = ['generate', 'issue', 'write', 'prove', 'tidy'];
/** No new pair is made, and the certificates that it has leave it only once it is proved for the new ones. */
const samePairSteps: readonly WriteStep[] = ['issue', 'prove', 'write', 'tidy'];
/** As those, without an old container to remove. */
const amendmentSteps: readonly WriteStep[] = ['issue', 'prove', 'write'];
const tidySteps: readonly WriteStep[] = ['tidy'];

function stepsOf({ order, samePair }: OrderState & { phase: 'working' }): readonly WriteStep[] {
  if (order.purpose === 'tidy') return tidySteps;
  if (order.purpose === 'amendment') return amendmentSteps;
  return samePair ? samePairSteps : renewalSteps;
}

/** The key is being written to: how far it is, and what happens if it is pulled out all the same. */
export function Working({ state }: { state: OrderState & { phase: 'working' } }) {
  const words = useWords();
  const { order, step, waitingForServer } = state;
  if (order.purpose === 'sign-in') return <Frame heading={words.workingSignIn} origin={order.origin} />;
  const steps = stepsOf(state);
  const named = (one: WriteStep) => (order.purpose === 'tidy' ? words.tidyStep : words.steps[one]);
  const at = (steps as readonly unknown[]).indexOf(step);
  const now = steps[at];
  return (
    <Frame heading={words.workingTitle[order.purpose]} origin={order.origin}>
      <p class="lead">{words.workingLead[order.purpose]}</p>
      <p class="progress" role="status">
        {now ? words.stepNow(at + 1, steps.length, named(now)) : words.takingUp}
      </p>
      <ol class="steps">
        {steps.map((one, place) => {
          const stand = place === at ? 'now' : place < at ? 'done' : 'later';
          return (
            <li key={one} class={stand} aria-current={stand === 'now' ? 'step' : undefined}>
              <span aria-hidden="true">{marks[stand]}</span>
              {named(one)} <small>{words.stepState[stand]}</small>
            </li>
          );
        })}
      </ol>
      <div role="status">{waitingForServer && <p class="note wait">{words.waitingForServer}</p>}</div>
    </Frame>
  );
}

const marks = { now: '●', done: '✓', later: '○' };
