import { useState } from 'preact/hooks';
import type { KeyView } from '../../src/local/views.ts';
import { CertificateFacts } from '../parts/certificate-facts.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { Tries } from '../parts/tries.tsx';
import { useWords } from '../words/words.ts';
import { PinForm } from './pin-form.tsx';

/** One key: what is on it, and its PIN. */
export function KeyCard({ view, onPinUsed }: { view: KeyView; onPinUsed: () => void }) {
  const words = useWords();
  const [form, setForm] = useState<'verify' | 'change' | null>(null);
  const { label, serial, manufacturer, model, pin, certificates, trouble } = view;
  return (
    <section class="card" aria-label={label || serial}>
      <h2>
        {label || serial}{' '}
        <small class="quiet">{[manufacturer, model, serial].filter(Boolean).join(' · ')}</small>
      </h2>
      {trouble && <Sentence failure={{ code: trouble, details: {} }} />}
      {!trouble && certificates.length === 0 && <p>{words.noCertificates}</p>}
      {certificates.map((certificate) => (
        <details key={certificate.digest} open={certificates.length === 1}>
          <summary>
            {certificate.entityName} · {words.use[certificate.use]}
          </summary>
          <CertificateFacts certificate={certificate} />
        </details>
      ))}
      <Tries pin={pin} />
      {pin.flag === 'locked' ? (
        <p class="note stop">{words.problem.locked}</p>
      ) : (
        <p class="row">
          <button type="button" aria-expanded={form === 'verify'} onClick={() => setForm('verify')}>
            {words.verifyPin}
          </button>
          <button type="button" aria-expanded={form === 'change'} onClick={() => setForm('change')}>
            {words.changePin}
          </button>
        </p>
      )}
      {form && (
        <PinForm key={form} kind={form} view={view} onUsed={onPinUsed} onClose={() => setForm(null)} />
      )}
    </section>
  );
}
