import type { OrderState } from '../../src/local/views.ts';
import { CertificateFacts } from '../parts/certificate-facts.tsx';
import { Frame } from '../parts/frame.tsx';
import { CloseButton } from '../parts/gone.tsx';
import { useWords } from '../words/words.tsx';

export function Done({ state: { order, result } }: { state: OrderState & { phase: 'done' } }) {
  const words = useWords();
  return (
    <Frame heading={words.doneTitle[result.purpose]} origin={order.origin}>
      <p class="note">{words.doneLead[result.purpose]}</p>
      {result.purpose === 'renewal' && result.certificate && (
        <section class="card" aria-labelledby="new">
          <h2 id="new">{words.newCertificate}</h2>
          <CertificateFacts held={result.certificate} />
        </section>
      )}
      <CloseButton />
    </Frame>
  );
}
