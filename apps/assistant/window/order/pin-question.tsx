import { useEffect, useRef, useState } from 'preact/hooks';
import type { Candidate, OrderState } from '../../src/local/views.ts';
import { Frame } from '../parts/frame.tsx';
import { PinField, takePin } from '../parts/pin-field.tsx';
import { isLastTry, LastTry, problemText, Tries } from '../parts/tries.tsx';
import { useWords } from '../words/words.tsx';
import { Candidates, CandidateText } from './candidates.tsx';
import { OrderFacts } from './order-facts.tsx';
import type { FollowedOrder } from './use-order.ts';

interface Props extends Pick<FollowedOrder, 'begun' | 'answer' | 'decline'> {
  readonly state: OrderState & { phase: 'pin' };
}

/** The order, which certificate, and the PIN. */
export function PinQuestion({ state, begun, answer, decline }: Props) {
  const words = useWords();
  const { order, certificates, problem, again } = state;
  const [chosen, setChosen] = useState<string | null>(null);
  const [sure, setSure] = useState(false);
  const [checking, setChecking] = useState(false);
  const [missing, setMissing] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const candidate = chosenOf(certificates, chosen);
  const last = candidate !== undefined && isLastTry(candidate.pin, problem);
  // Gone while the key judges: the same sentence twice running is then said twice.
  const said = checking ? null : (missing ?? (problem && problemText(words, problem, candidate?.pin)));
  const triesSaid = said && !missing && problem !== 'format';

  useEffect(() => {
    if (!said) return;
    if (candidate) field.current?.focus();
    else form.current?.querySelector<HTMLInputElement>('input[type=radio]:enabled')?.focus();
  }, [said, candidate]);

  async function submit(event: Event) {
    event.preventDefault();
    if (checking) return;
    if (!candidate) return setMissing(words.whichMissing);
    if (last && !sure) return setMissing(words.lastTryMissing);
    const pin = takePin(field);
    if (pin === '') return setMissing(words.pinEmpty);
    setMissing(null);
    setChecking(true);
    await answer({ certificate: candidate.certificate.digest, pin, confirmLastTry: last && sure });
    setSure(false);
    setChecking(false);
  }

  function choose(digest: string) {
    setChosen(digest);
    setMissing(null);
    setSure(false);
  }

  return (
    <Frame heading={words.pinTitle[order.purpose]} origin={order.origin}>
      {again && <p class="note wait">{words.again}</p>}
      <OrderFacts order={order} samePair={candidate?.samePair} />
      <form ref={form} onSubmit={submit} noValidate>
        {certificates.length > 1 ? (
          <Candidates certificates={certificates} chosen={chosen} onChoose={choose} />
        ) : (
          candidate && (
            <p class="card">
              <CandidateText candidate={candidate} />
            </p>
          )
        )}
        <PinField
          id="digits"
          label={words.pin}
          field={field}
          invalid={said !== null && candidate !== undefined}
          describedBy="problem tries"
          disabled={checking}
        />
        <div role="alert" id="problem">
          {said && <p class="note stop">{said}</p>}
        </div>
        <div id="tries">{candidate && !triesSaid && <Tries pin={candidate.pin} />}</div>
        {last && <LastTry sure={sure} onChange={setSure} />}
        <p class="quiet">{words.pinStays}</p>
        <p class="row">
          <button type="submit" class="main" disabled={checking}>
            {checking ? words.checking : words.agree[order.purpose]}
          </button>
          <button type="button" onClick={decline} disabled={checking}>
            {begun ? words.later : words.decline}
          </button>
        </p>
      </form>
    </Frame>
  );
}

/** Where there is but one, there is nothing to choose. */
function chosenOf(certificates: readonly Candidate[], digest: string | null): Candidate | undefined {
  if (certificates.length === 1) return certificates[0];
  return certificates.find(({ certificate }) => certificate.digest === digest);
}
