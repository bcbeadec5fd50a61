import { useRef, useState } from 'preact/hooks';
import type { KeyView, PinAnswer } from '../../src/local/views.ts';
import { call, type Failure, failureOf } from '../api.ts';
import { PinField, takePin } from '../parts/pin-field.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { Tries } from '../parts/tries.tsx';
import { useWords } from '../words/words.ts';

interface Props {
  readonly kind: 'verify' | 'change';
  readonly view: KeyView;
  readonly onUsed: () => void;
  readonly onClose: () => void;
}

/** Checks or changes a key's PIN. The key alone judges; a wrong PIN costs a try, and the last one is asked about. */
export function PinForm({ kind, view, onUsed, onClose }: Props) {
  const words = useWords();
  const present = useRef<HTMLInputElement>(null);
  const fresh = useRef<HTMLInputElement>(null);
  const again = useRef<HTMLInputElement>(null);
  const [answer, setAnswer] = useState<PinAnswer | null>(null);
  const [complaint, setComplaint] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const pin = answer?.pin ?? view.pin;
  const last = pin.flag === 'final' || pin.tries === 1;
  const id = (name: string) => `${view.ref}-${kind}-${name}`;

  async function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    setFailure(null);
    setAnswer(null);
    const [old, first, second] = [takePin(present), takePin(fresh), takePin(again)];
    if (old === '') return setComplaint(words.pinEmpty);
    if (kind === 'change' && first !== second) return setComplaint(words.pinsDiffer);
    if (last && !sure) return setComplaint(words.lastTryMissing);
    setComplaint(null);
    setBusy(true);
    const request = { key: view.ref, pin: old, confirmLastTry: last && sure };
    try {
      setAnswer(
        kind === 'verify'
          ? await call('/api/own/verify-pin', request)
          : await call('/api/own/change-pin', { ...request, newPin: first }),
      );
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
    setSure(false);
    onUsed();
  }

  const problem = complaint ?? (answer && answer.result !== 'ok' ? words.problem[answer.result] : null);
  return (
    <form onSubmit={submit} noValidate>
      <PinField
        id={id('present')}
        label={kind === 'verify' ? words.pin : words.oldPin}
        field={present}
        invalid={problem !== null}
        describedBy={id('problem')}
        disabled={busy}
      />
      {kind === 'change' && (
        <>
          <PinField
            id={id('new')}
            label={words.newPin}
            hint={words.newPinHint}
            field={fresh}
            disabled={busy}
          />
          <PinField id={id('again')} label={words.newPinAgain} field={again} disabled={busy} />
        </>
      )}
      <div role="alert" id={id('problem')}>
        {problem && <p class="note stop">{problem}</p>}
        {failure && <Sentence failure={failure} />}
      </div>
      <div role="status">
        {answer?.result === 'ok' && <p class="note">{kind === 'verify' ? words.verified : words.changed}</p>}
        {answer && <Tries pin={answer.pin} />}
      </div>
      {last && (
        <label class="check">
          <input type="checkbox" checked={sure} onChange={() => setSure(!sure)} /> {words.lastTry}
        </label>
      )}
      <p class="row">
        <button type="submit" class="main" disabled={busy}>
          {busy ? words.checking : kind === 'verify' ? words.verifyPin : words.changePin}
        </button>
        <button type="button" onClick={onClose}>
          {words.cancel}
        </button>
      </p>
    </form>
  );
}
