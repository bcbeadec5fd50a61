import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { KeyList } from '../../src/local/views.ts';
import { CertificateFacts, heldTitle } from '../parts/certificate-facts.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { Tries } from '../parts/tries.tsx';
import { useWords } from '../words/words.tsx';
import { PinForm } from './pin-form.tsx';

type Form = 'verify' | 'change';

/** One key: what is on it, and its PIN. */
export function KeyCard({ view, reload }: { view: KeyList['keys'][number]; reload: () => void }) {
  const words = useWords();
  const title = useId();
  const [form, setForm] = useState<Form | null>(null);
  const [done, setDone] = useState<Form | null>(null);
  const outcome = useRef<HTMLParagraphElement>(null);
  const { label, serial, manufacturer, model, pin, certificates, trouble, sentence } = view;

  const locked = pin.flag === 'locked';

  // The form is gone; its outcome is where one goes on.
  useEffect(() => {
    if (done || (locked && form)) outcome.current?.focus();
  }, [done, locked, form]);

  function open(kind: Form | null) {
    setForm(kind);
    setDone(null);
  }

  return (
    <section class="card" aria-labelledby={title}>
      <h2 id={title}>
        {label || serial} <small>{[manufacturer, model, label && serial].filter(Boolean).join(' · ')}</small>
      </h2>
      {trouble && <Sentence failure={{ code: trouble, sentence }} />}
      {trouble && (
        <p class="row">
          <button type="button" onClick={reload}>
            {words.readAgain}
          </button>
        </p>
      )}
      {!trouble && certificates.length === 0 && <p>{words.noCertificates}</p>}
      {certificates.map((held, at) => (
        <details key={(held.signing ?? held.encryption)?.digest} open={at === 0}>
          <summary>{heldTitle(words, held)}</summary>
          <CertificateFacts held={held} />
        </details>
      ))}
      {locked && (
        <p class="note stop" tabIndex={-1} ref={outcome}>
          {words.problem.locked}
        </p>
      )}
      {!locked && !trouble && !form && <Tries pin={pin} />}
      {done && !locked && (
        <p class="note" role="status" tabIndex={-1} ref={outcome}>
          {words.pinDone[done]}
        </p>
      )}
      {!locked && !trouble && !form && (
        <p class="row">
          <button type="button" onClick={() => open('verify')}>
            {words.pinForm.verify}
          </button>
          <button type="button" onClick={() => open('change')}>
            {words.pinForm.change}
          </button>
        </p>
      )}
      {!locked && !trouble && form && (
        <PinForm
          kind={form}
          view={view}
          onUsed={reload}
          onDone={() => {
            setDone(form);
            setForm(null);
          }}
          onCancel={() => open(null)}
        />
      )}
    </section>
  );
}
