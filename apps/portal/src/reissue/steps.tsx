import type { Case } from '@certdesk/contract';
import { useWords } from '../app/language.tsx';

/** Where in its journey this screen is: 0 start, 1 check and choice, 2 writing. */
export function Steps({ of, now }: { of: Case['journey']; now: 0 | 1 | 2 }) {
  const { name, steps } = useWords()[of];
  return (
    <nav class="crumb" aria-label={name}>
      <b>{name}</b>
      <ol>
        {steps.map((step, at) => (
          <li key={step} aria-current={at === now ? 'step' : undefined}>
            {at + 1} {step}
          </li>
        ))}
      </ol>
    </nav>
  );
}
