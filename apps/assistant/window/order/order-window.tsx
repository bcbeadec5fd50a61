import type { OrderState, OrderWindowStart } from '../../src/local/views.ts';
import { Frame } from '../parts/frame.tsx';
import { CloseButton, Gone } from '../parts/gone.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { LanguageContext, useWords } from '../words/words.ts';
import { Done } from './done.tsx';
import { OrderFacts, originOf } from './order-facts.tsx';
import { PinQuestion } from './pin-question.tsx';
import { type FollowedOrder, useOrder } from './use-order.ts';
import { Working } from './working.tsx';

/** A window that a page opened: shows nothing of this computer before a trusted order. */
export function OrderWindow({ start }: { start: OrderWindowStart }) {
  const followed = useOrder(start);
  return (
    <LanguageContext.Provider value={followed.language}>
      <Screen {...followed} />
    </LanguageContext.Provider>
  );
}

function Screen({ state, failure, opened, answer, decline }: FollowedOrder) {
  const words = useWords();
  if (failure?.code === 'window-gone') return <Gone />;
  if (failure) {
    return (
      <Frame heading={words.failedTitle} origin={originOf(state)}>
        <Sentence failure={failure} />
        <CloseButton />
      </Frame>
    );
  }
  return <Phase state={state} opened={opened} answer={answer} decline={decline} />;
}

function Phase({ state, opened, answer, decline }: Omit<FollowedOrder, 'failure' | 'language'>) {
  const words = useWords();
  switch (state.phase) {
    case 'empty':
      return (
        <Frame heading={words.waiting}>
          <p class="lead">{opened ? words.waitingLead : words.noOpener}</p>
        </Frame>
      );
    case 'key':
      return <WantedKey state={state} decline={decline} />;
    case 'pin':
      return <PinQuestion key={state.order.id} state={state} answer={answer} decline={decline} />;
    case 'working':
      return <Working state={state} />;
    case 'done':
      return <Done state={state} />;
    case 'failed':
      return (
        <Frame heading={words.failedTitle} origin={state.order.origin}>
          <Sentence failure={state} />
          <CloseButton />
        </Frame>
      );
    case 'declined':
      return (
        <Frame heading={words.declinedTitle} origin={state.order.origin}>
          <CloseButton />
        </Frame>
      );
  }
}

function WantedKey({ state, decline }: { state: OrderState & { phase: 'key' }; decline: () => void }) {
  const words = useWords();
  return (
    <Frame heading={words.keyTitle[state.code]} origin={state.order.origin}>
      <p class="lead" role="status">
        {words.keyLead[state.code]}
      </p>
      <OrderFacts order={state.order} />
      <p class="row">
        <button type="button" onClick={decline}>
          {words.decline}
        </button>
      </p>
    </Frame>
  );
}
