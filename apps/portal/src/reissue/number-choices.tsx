import type { IdentityKind } from '@certdesk/contract';
import { inFours } from '@certdesk/contract/format';
import { useWords } from '../app/language.tsx';
import type { Decisions, OfferedNumber } from './decisions.ts';

interface Props {
  decisions: Decisions;
  /** Names what is not decided about yet. */
  asked: boolean;
  disabled: boolean;
}

/** For each number on offer: take it in or leave it out. Neither is preselected. */
export function NumberChoices({ decisions, asked, disabled }: Props) {
  const { numbers } = decisions;
  return (
    <>
      {numbers.map((one) => (
        <section class="card" key={one.kind}>
          {one.offer === 'open' ? (
            <Choice of={one} asked={asked} disabled={disabled} decisions={decisions} />
          ) : (
            <Unconfirmed of={one} />
          )}
        </section>
      ))}
    </>
  );
}

/** Puts the keyboard where a decision is missing. */
export function focusChoice(kind: IdentityKind): void {
  document.querySelector<HTMLInputElement>(`input[name="${nameOf(kind)}"]`)?.focus();
}

const nameOf = (kind: IdentityKind) => `number-${kind}`;

function Choice({ of: { kind, value }, decisions, asked, disabled }: Props & { of: OfferedNumber }) {
  const { reissue, fields } = useWords();
  const { numbers } = reissue;
  const takesIn = decisions.decided.get(kind);
  const missing = asked && takesIn === undefined;
  const id = `${nameOf(kind)}-missing`;
  const choices = [
    { label: numbers.add, means: true },
    { label: numbers.leave, means: false },
  ];
  return (
    <fieldset disabled={disabled} aria-describedby={missing ? id : undefined}>
      <legend>
        {fields[kind]} <span class="number">{inFours(value)}</span>
      </legend>
      <p id={id} class="error" role="alert">
        {missing && numbers.missing(fields[kind])}
      </p>
      <div class="terms two">
        {choices.map(({ label, means }) => (
          <label key={label} class={takesIn === means ? 'chosen' : ''}>
            <input
              type="radio"
              name={nameOf(kind)}
              checked={takesIn === means}
              onChange={() => decisions.decide(kind, means)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** It looks wrong by its own rules, and nobody has said that it is right all the same. */
export function Unconfirmed({ of: { kind, value } }: { of: OfferedNumber }) {
  const { reissue, fields } = useWords();
  const { numbers } = reissue;
  return (
    <>
      <h2>
        {fields[kind]} <span class="number">{inFours(value)}</span>
      </h2>
      <p>
        {numbers.unconfirmed} <a href="/service-points">{numbers.call}</a>
      </p>
    </>
  );
}
