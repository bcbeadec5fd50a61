import type { OrderState } from '../../src/local/views.ts';
import { Frame } from '../parts/frame.tsx';
import { useWords } from '../words/words.ts';

/** As `writeSteps` of the contract has them; its schemas would come along with an import. */
const steps = ['generate', 'issue', 'write', 'prove', 'tidy'] as const;

export function Working({ state }: { state: OrderState & { phase: 'working' } }) {
  const words = useWords();
  const { order, step, waitingForServer } = state;
  const signIn = order.purpose === 'sign-in';
  const shown = order.purpose === 'renewal' ? steps : order.purpose === 'tidy' ? (['tidy'] as const) : [];
  const at = (shown as readonly unknown[]).indexOf(step);
  return (
    <Frame heading={signIn ? words.workingSignIn : words.workingTitle} origin={order.origin}>
      {!signIn && <p class="lead">{words.workingLead}</p>}
      <ol class="steps">
        {shown.map((one, place) => {
          const now = place === at ? 'now' : place < at ? 'done' : 'later';
          return (
            <li key={one} class={now} aria-current={now === 'now' ? 'step' : undefined}>
              <span aria-hidden="true">{now === 'done' ? '✓' : now === 'now' ? '▸' : '·'}</span>
              {words.steps[one]} <small>{words.stepState[now]}</small>
            </li>
          );
        })}
      </ol>
      <div role="status">{waitingForServer && <p class="note wait">{words.waitingForServer}</p>}</div>
    </Frame>
  );
}
