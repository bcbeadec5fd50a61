import type { DeskInfo } from '@certdesk/contract';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useLanguage, useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { place } from '../app/router.ts';
import { type Action, actionsFor } from './actions.ts';
import { type Failure, lookUp, sentenceOf } from './failure.ts';

interface Props {
  failure: Failure;
  /** Not there when the desk itself could not be asked. */
  desk?: DeskInfo | undefined;
  retry?: (() => void) | undefined;
  children?: ComponentChildren;
}

/** A trouble that takes the whole page. */
export function TroublePage(props: Props) {
  const title = useTitle(props.failure);
  return (
    <Page title={title} {...(props.desk && !props.desk.maintenance && { back: '/' })}>
      <div class="note stop" role="alert">
        <Sentence failure={props.failure} />
      </div>
      <WhatToDo {...props} />
    </Page>
  );
}

/** A trouble within a page that goes on, such as a key that is missing. */
export function TroubleNote(props: Props) {
  const title = useTitle(props.failure);
  const note = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const { code } = props.failure;
  // What was pressed is gone, and the note may stand below a long page: whoever uses the keyboard goes on from its
  // heading, and its buttons are in sight.
  useEffect(() => {
    if (!code) return;
    note.current?.scrollIntoView({ block: 'nearest' });
    heading.current?.focus();
  }, [code]);
  return (
    <section class="card trouble" ref={note}>
      <div role="alert">
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <Sentence failure={props.failure} />
      </div>
      <WhatToDo {...props} />
    </section>
  );
}

function useTitle({ code }: Failure): string {
  const { titles, generic } = useWords().troubles;
  return lookUp(titles, code) ?? generic;
}

function Sentence({ failure }: { failure: Failure }) {
  const words = useWords();
  return <p>{sentenceOf(failure, useLanguage(), words)}</p>;
}

function WhatToDo({ failure, desk, retry, children }: Props) {
  const words = useWords();
  const steps = lookUp(words.troubles.steps, failure.code);
  const offered = actionsFor(failure.code).filter(
    (action) => action !== 'download' || desk?.assistant.download,
  );
  return (
    <>
      {steps && (
        <ol class="todo">
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      {children}
      <p class="row">
        {offered.map((action, at) => (
          <ActionButton key={action} action={action} main={at === 0} desk={desk} retry={retry} />
        ))}
      </p>
      <p class="quiet">
        {!steps && offered.includes('retry') && `${words.troubles.help} `}
        {words.common.code}
        {words.colon}
        <code>{failure.code}</code>
      </p>
    </>
  );
}

function ActionButton(props: {
  action: Action;
  main: boolean;
  desk: DeskInfo | undefined;
  retry: (() => void) | undefined;
}) {
  const { action, main, desk, retry } = props;
  const words = useWords();
  const look = main ? 'button main' : 'button';
  switch (action) {
    case 'retry':
    case 'reload':
      return (
        <button
          type="button"
          class={look}
          onClick={(action === 'retry' && retry) || (() => location.reload())}
        >
          {action === 'retry' && retry ? words.troubles.retry : words.troubles.reload}
        </button>
      );
    case 'download':
      return (
        <a class={look} href={desk?.assistant.download ?? '/'} target="_blank" rel="noreferrer">
          {words.assistant.download}
        </a>
      );
    case 'sign-in': {
      const { path, query } = place();
      const next = query.toString() === '' ? path : `${path}?${query}`;
      return (
        <a class={look} href={`/sign-in?next=${encodeURIComponent(next)}`}>
          {words.common.signIn}
        </a>
      );
    }
    case 'renewal':
      return (
        <a class={look} href="/renewal">
          {words.renewal.name}
        </a>
      );
    case 'cases':
      return (
        <a class={look} href="/cases">
          {words.common.cases}
        </a>
      );
    case 'service-points':
      return (
        <a class={look} href="/service-points">
          {words.common.servicePoints}
        </a>
      );
    case 'lost-key':
      return (
        <a class={look} href="/lost-key">
          {words.lostKey.title}
        </a>
      );
    case 'unlock':
      return (
        <a class={look} href="/unlock">
          {words.home.services.unlock.name}
        </a>
      );
  }
}
