import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useWords } from '../words/words.tsx';

interface Props {
  readonly heading: string;
  /** Who asks, as it stands in the dark bar. */
  readonly origin?: string | undefined;
  readonly children?: ComponentChildren;
  readonly tools?: ComponentChildren;
}

/** The dark bar that no web page has, a heading that says what this is about, and the rest. */
export function Frame({ heading, origin, children, tools }: Props) {
  const words = useWords();
  const title = useRef<HTMLHeadingElement>(null);
  // Another question: whoever listens or uses the keyboard begins at its heading.
  useEffect(() => {
    title.current?.focus();
    document.title = `${heading} · ${words.title}`;
  }, [heading, words]);
  return (
    <>
      <header class="bar">
        <strong>{words.title}</strong>
        <span>{origin ?? words.local}</span>
        {tools}
      </header>
      <main>
        <h1 ref={title} tabIndex={-1}>
          {heading}
        </h1>
        {children}
      </main>
    </>
  );
}
