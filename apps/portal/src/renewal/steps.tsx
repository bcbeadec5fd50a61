import { useWords } from '../app/language.tsx';

/** Where in the renewal this screen is: 0 agreement, 1 check and term, 2 writing. */
export function Steps({ now }: { now: 0 | 1 | 2 }) {
  const { renewal } = useWords();
  return (
    <nav class="crumb" aria-label={renewal.name}>
      <b>{renewal.name}</b>
      <ol>
        {renewal.steps.map((step, at) => (
          <li key={step} aria-current={at === now ? 'step' : undefined}>
            {at + 1} {step}
          </li>
        ))}
      </ol>
    </nav>
  );
}
