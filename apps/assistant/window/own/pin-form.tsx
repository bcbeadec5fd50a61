import type { RefObject } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { KeyView, PinAnswer } from '../../src/local/views.ts';
import { call, type Failure, failureOf } from '../api.ts';
import { PinField, takePin } from '../parts/pin-field.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { isLastTry, LastTry, problemText, Tries } from '../parts/tries.tsx';
import { useWords } from '../words/words.tsx';

interface Props {
  readonly kind: 'verify' | 'change';
  readonly view: KeyView;
  /** A try may have been spent. */
  readonly onUsed: () => void;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

type Field = RefObject<HTMLInputElement | null>;

/** As `checkPinFormat` of the key drivers has it, which the key's side checks again. */
const pinFormat = /^[\x20-\x7e]{6,16}$/;

/** Checks or changes a key's PIN. The key alone judges; a wrong PIN costs a try, and the last one is asked about. */
export function PinForm({ kind, view, onUsed, onDone, onCancel }: Props) {
  const words = useWords();
  const id = useId();
  const present = useRef<HTMLInputElement>(null);
  const fresh = useRef<HTMLInputElement>(null);
  const again = useRef<HTMLInputElement>(null);
  const [answer, setAnswer] = useState<PinAnswer | null>(null);
  const [complaint, setComplaint] = useState<{ text: string; field: Field } | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const problem = answer && answer.result !== 'ok' ? answer.result : null;
  const last = isLastTry(view.pin, problem);
  const said = complaint?.text ?? (problem && problemText(words, problem, answer?.pin));
  const triesSaid = problem !== null && problem !== 'format' && !complaint;
  const wrong = complaint?.field ?? (said ? present : undefined);

  useEffect(() => present.current?.focus(), []);
  useEffect(() => {
    if (busy) return;
    if (complaint) complaint.field.current?.focus();
    else if (problem) present.current?.focus();
  }, [busy, complaint, problem]);

  function complain(text: string, field: Field) {
    setAnswer(null);
    setComplaint({ text, field });
  }

  async function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    setFailure(null);
    if (present.current?.value === '') return complain(words.pinEmpty, present);
    if (last && !sure) return complain(words.lastTryMissing, present);
    let newPin = '';
    if (kind === 'change') {
      newPin = takePin(fresh);
      const repeated = takePin(again);
      if (!pinFormat.test(newPin)) return complain(words.newPinFormat, fresh);
      if (newPin !== repeated) return complain(words.pinsDiffer, fresh);
    }
    const request = { key: view.ref, pin: takePin(present), confirmLastTry: last && sure };
    setComplaint(null);
    setAnswer(null);
    setBusy(true);
    try {
      const got =
        kind === 'verify'
          ? await call('/api/own/verify-pin', request)
          : await call('/api/own/change-pin', { ...request, newPin });
      if (got.result === 'ok') onDone();
      setAnswer(got);
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
    setSure(false);
    onUsed();
  }

  const field = (ref: Field, name: string) => ({
    id: `${id}-${name}`,
    field: ref,
    disabled: busy,
    invalid: wrong === ref,
    describedBy: `${id}-problem ${id}-tries`,
  });
  return (
    <form onSubmit={submit} noValidate aria-label={words.pinForm[kind]}>
      <PinField label={kind === 'verify' ? words.pin : words.oldPin} {...field(present, 'present')} />
      {kind === 'change' && (
        <>
          <PinField label={words.newPin} hint={words.newPinHint} {...field(fresh, 'new')} />
          <PinField label={words.newPinAgain} {...field(again, 'again')} />
        </>
      )}
      <div role="alert" id={`${id}-problem`}>
        {said && <p class="note stop">{said}</p>}
      </div>
      {failure && <Sentence failure={failure} />}
      <div id={`${id}-tries`}>{!triesSaid && <Tries pin={view.pin} />}</div>
      {last && <LastTry sure={sure} onChange={setSure} />}
      <p class="row">
        <button type="submit" class="main" disabled={busy}>
          {busy ? words.checking : words.pinForm[kind]}
        </button>
        <button type="button" onClick={onCancel} disabled={busy}>
          {words.cancel}
        </button>
      </p>
    </form>
  );
}
