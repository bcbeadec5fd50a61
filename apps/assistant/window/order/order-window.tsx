import type { OrderState, OrderWindowStart } from '../../src/local/views.ts';
import type { Failure } from '../api.ts';
import { Frame } from '../parts/frame.tsx';
import { CloseButton, Gone } from '../parts/gone.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { InLanguage, useWords } from '../words/words.tsx';
import { Done } from './done.tsx';
import { OrderFacts } from './order-facts.tsx';
import { PinQuestion } from './pin-question.tsx';
import { type FollowedOrder, useOrder } from './use-order.ts';
import { Working } from './working.tsx';

/** A window that a page opened: shows nothing of this computer before a trusted order. */
export function OrderWindow({ start }: { start: OrderWindowStart }) {
  const followed = useOrder(start);
  return (
    <InLanguage language={followed.language}>
      <Screen {...followed} />
    </InLanguage>
  );
}

function Screen({ state, failure, ...more }: FollowedOrder) {
  const words = useWords();
  const origin = state.phase === 'empty' ? undefined : state.order.origin;
  if (failure?.code === 'window-gone') return <Gone lead={words.goneLead.order} origin={origin} />;
  if (failure) return <Failed failure={failure} origin={origin} />;
  switch (state.phase) {
    case 'empty':
      return (
        <Frame heading={words.waiting}>
          <p class="lead">{more.opened ? words.waitingLead : words.noOpener}</p>
          <CloseButton />
        </Frame>
      );
    case 'key':
      return <WantedKey state={state} {...more} />;
    case 'pin': {
      // Other certificates are another question: what was typed or chosen for the last ones does not stay.
      const asked = state.certificates.map(({ certificate }) => certificate.digest).join();
      return <PinQuestion key={asked} state={state} {...more} />;
    }
    case 'working':
      return <Working state={state} />;
    case 'done':
      return <Done state={state} />;
    case 'failed':
      return <Failed failure={state} origin={origin} />;
    case 'declined':
      return (
        <Frame heading={more.begun ? words.stoppedTitle : words.declinedTitle} origin={origin}>
          <p class={more.begun ? 'note wait' : 'lead'}>
            {more.begun ? words.stoppedLead : words.declinedLead}
          </p>
          <CloseButton />
        </Frame>
      );
  }
}

function Failed({ failure, origin }: { failure: Failure; origin: string | undefined }) {
  const words = useWords();
  return (
    <Frame heading={words.failedTitle} origin={origin}>
      <Sentence failure={failure} />
      <p class="lead">{words.failedLead}</p>
      <CloseButton />
    </Frame>
  );
}

interface WantedKeyProps extends Pick<FollowedOrder, 'begun' | 'decline'> {
  readonly state: OrderState & { phase: 'key' };
}

function WantedKey({ state: { order, code }, begun, decline }: WantedKeyProps) {
  const words = useWords();
  return (
    <Frame heading={words.keyTitle[code]} origin={order.origin}>
      <p class="note wait" role="status">
        {words.keyLead[code]}
      </p>
      <OrderFacts order={order} />
      <p class="row">
        <button type="button" onClick={decline}>
          {begun ? words.later : words.decline}
        </button>
      </p>
    </Frame>
  );
}
