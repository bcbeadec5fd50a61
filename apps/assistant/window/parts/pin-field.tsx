import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import { useWords } from '../words/words.tsx';

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

/**
 * A field of type password, because no other keeps input methods away: those for Chinese would show, learn and perhaps
 * send off what is typed. What is announced as a one-time code no browser offers to keep; and the field is empty again
 * before anything could be kept, without a name that says what was in it.
 */
export function PinField({ id, label, hint, invalid = false, describedBy, field, disabled = false }: Props) {
  const words = useWords();
  const [shown, setShown] = useState(false);
  const hintId = hint ? `${id}-hint` : undefined;
  const attributes = {
    ref: field,
    id,
    autocomplete: 'one-time-code',
    autocapitalize: 'off',
    autocorrect: 'off',
    spellcheck: false,
    maxLength: 64,
    'aria-invalid': invalid,
    'aria-describedby': [hintId, describedBy].filter(Boolean).join(' ') || undefined,
    disabled,
    // What extensions that keep passwords go by.
    'data-1p-ignore': true,
    'data-bwignore': true,
    'data-lpignore': 'true',
    'data-form-type': 'other',
  } as const;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <p class="quiet" id={hintId}>
          {hint}
        </p>
      )}
      {shown ? <input type="text" {...attributes} /> : <input type="password" {...attributes} />}
      <label class="check">
        <input type="checkbox" checked={shown} onChange={() => setShown(!shown)} />
        {words.show}
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
