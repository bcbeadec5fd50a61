import { useEffect, useRef, useState } from 'preact/hooks';
import type { Candidate, OrderState, PinProblem } from '../../src/local/views.ts';
import { day } from '../format.ts';
import { Frame } from '../parts/frame.tsx';
import { PinField, takePin } from '../parts/pin-field.tsx';
import { Tries } from '../parts/tries.tsx';
import { useWords } from '../words/words.ts';
import { OrderFacts } from './order-facts.tsx';
import type { FollowedOrder } from './use-order.ts';

interface Props extends Pick<FollowedOrder, 'answer' | 'decline'> {
  readonly state: OrderState & { phase: 'pin' };
}

/** The order, which certificate, and the PIN. */
export function PinQuestion({ state, answer, decline }: Props) {
  const words = useWords();
  const { order, certificates, again } = state;
  const field = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [sure, setSure] = useState(false);
  const [checking, setChecking] = useState(false);
  const [missing, setMissing] = useState<string | null>(null);
  const candidate =
    certificates.length === 1
      ? certificates[0]
      : certificates.find(({ certificate }) => certificate.digest === chosen);
  const last = candidate !== undefined && isLastTry(candidate);
  const said = missing ?? (state.problem && problemText(state.problem, words));

  // After a wrong PIN the field is where one goes on.
  useEffect(() => {
    if (said) field.current?.focus();
  }, [said]);

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
    setChecking(false);
    setSure(false);
  }

  return (
    <Frame heading={words.pinTitle[order.purpose]} origin={order.origin}>
      {again && <p class="note wait">{words.again}</p>}
      <OrderFacts order={order} />
      <form onSubmit={submit} noValidate>
        {certificates.length > 1 ? (
          <fieldset>
            <legend>{words.which}</legend>
            {certificates.map((one) => (
              <label key={one.certificate.digest} class="choice">
                <input
                  type="radio"
                  name="certificate"
                  checked={one.certificate.digest === chosen}
                  disabled={one.pin.flag === 'locked'}
                  onChange={() => {
                    setChosen(one.certificate.digest);
                    setMissing(null);
                  }}
                />
                <CandidateText candidate={one} />
              </label>
            ))}
          </fieldset>
        ) : (
          candidate && (
            <div class="card">
              <CandidateText candidate={candidate} />
            </div>
          )
        )}
        <PinField
          id="certdesk-digits"
          label={words.pin}
          field={field}
          invalid={said !== null}
          describedBy={said ? 'problem' : undefined}
          disabled={checking}
        />
        <div role="alert" id="problem">
          {said && <p class="note stop">{said}</p>}
        </div>
        {candidate && <Tries pin={candidate.pin} />}
        {last && (
          <label class="check">
            <input type="checkbox" checked={sure} onChange={() => setSure(!sure)} /> {words.lastTry}
          </label>
        )}
        <p class="row">
          <button type="submit" class="main" disabled={checking}>
            {checking ? words.checking : words.agree[order.purpose]}
          </button>
          <button type="button" onClick={decline} disabled={checking}>
            {words.decline}
          </button>
        </p>
      </form>
    </Frame>
  );
}

function CandidateText({ candidate: { certificate, key, pin } }: { candidate: Candidate }) {
  const words = useWords();
  return (
    <span class="candidate">
      <strong>{certificate.entityName}</strong>
      <span class="quiet">
        {words.until(day(certificate.notBefore), day(certificate.notAfter))} · {key.label || key.serial}
        {pin.flag === 'locked' && ` · ${words.flag.locked}`}
      </span>
    </span>
  );
}

function isLastTry({ pin }: Candidate): boolean {
  return pin.flag === 'final' || pin.tries === 1;
}

function problemText(problem: PinProblem, words: ReturnType<typeof useWords>): string {
  return words.problem[problem];
}
