import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useDeskName } from './desk.tsx';
import { useWords } from './language.tsx';

/** The first heading of a visit is read by itself; each later one gets the focus, so that it is read as well. */
let first = true;

/** One screen: its heading is the page's title and where the focus goes when the screen appears. */
export function Page(props: {
  title: string;
  lead?: ComponentChildren;
  /** Where "back" leads; the browser's own button works everywhere too. */
  back?: string;
  above?: ComponentChildren;
  children?: ComponentChildren;
}) {
  const { title, lead, back, above, children } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  const desk = useDeskName();
  const words = useWords();
  useEffect(() => {
    document.title = `${title} · ${desk}`;
  }, [title, desk]);
  useEffect(() => {
    if (!first) heading.current?.focus();
    first = false;
  }, []);
  return (
    <>
      {back && (
        <p class="back">
          <a href={back}>
            <span aria-hidden="true">‹ </span>
            {words.common.back}
          </a>
        </p>
      )}
      {above}
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {lead && <p class="lead">{lead}</p>}
      {children}
    </>
  );
}

export function Loading() {
  return (
    <p class="loading" role="status">
      {useWords().common.loading}
    </p>
  );
}
