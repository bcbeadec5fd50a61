import type { OrderState } from '../../src/local/views.ts';
import { CertificateFacts } from '../parts/certificate-facts.tsx';
import { Frame } from '../parts/frame.tsx';
import { CloseButton } from '../parts/gone.tsx';
import { useWords } from '../words/words.tsx';

export function Done({ state: { order, result } }: { state: OrderState & { phase: 'done' } }) {
  const words = useWords();
  const held = result.purpose === 'renewal' || result.purpose === 'amendment' ? result.certificate : null;
  return (
    <Frame heading={words.doneTitle[result.purpose]} origin={order.origin}>
      <p class="note">{words.doneLead[result.purpose]}</p>
      {held && (
        <section class="card" aria-labelledby="new">
          <h2 id="new">{words.newCertificate}</h2>
          <CertificateFacts held={held} />
        </section>
      )}
      <CloseButton />
    </Frame>
  );
}
