import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import { useWords } from '../words/words.ts';

/** Dots without a password field: password managers offer to keep what is typed into one, whatever they are told. */
const masked = typeof CSS !== 'undefined' && CSS.supports('-webkit-text-security', 'disc');

interface Props {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly invalid?: boolean;
  readonly describedBy?: string | undefined;
  /** The value is read from the field when it is needed and cleared at once; nothing else ever holds it. */
  readonly field: RefObject<HTMLInputElement | null>;
  readonly disabled?: boolean;
}

export function PinField({ id, label, hint, invalid = false, describedBy, field, disabled = false }: Props) {
  const words = useWords();
  const [shown, setShown] = useState(false);
  const hintId = hint ? `${id}-hint` : undefined;
  const attributes = {
    ref: field,
    id,
    class: masked && !shown ? 'dots' : undefined,
    autocomplete: masked ? 'off' : 'new-password',
    autocapitalize: 'off',
    autocorrect: 'off',
    spellcheck: false,
    maxLength: 64,
    'aria-invalid': invalid,
    'aria-describedby': [hintId, describedBy].filter(Boolean).join(' ') || undefined,
    disabled,
    'data-1p-ignore': true,
    'data-lpignore': 'true',
  } as const;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <p class="quiet" id={hintId}>
          {hint}
        </p>
      )}
      {masked || shown ? <input type="text" {...attributes} /> : <input type="password" {...attributes} />}
      <label class="check">
        <input type="checkbox" checked={shown} onChange={() => setShown(!shown)} /> {words.show}
      </label>
    </div>
  );
}

/** What was typed, with the field emptied. */
export function takePin(field: RefObject<HTMLInputElement | null>): string {
  const input = field.current;
  const pin = input?.value ?? '';
  if (input) input.value = '';
  return pin;
}
