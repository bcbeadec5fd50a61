import { useEffect, useState } from 'preact/hooks';

/** Where the holder is: path and query of the address, no hash. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const listeners = new Set<() => void>();

export function place(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

/** Goes to a page of the portal. `replace` leaves no trace in the history: "back" skips the page that was. */
export function navigate(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  scrollTo(0, 0);
  for (const listener of listeners) listener();
}

export function usePlace(): Place {
  const [current, setCurrent] = useState(place);
  useEffect(() => {
    const update = () => setCurrent(place());
    // Screens below are there first and may have gone elsewhere already.
    update();
    listeners.add(update);
    addEventListener('popstate', update);
    return () => {
      listeners.delete(update);
      removeEventListener('popstate', update);
    };
  }, []);
  return current;
}

/** @returns the values of `:name` segments, or null when the path is another */
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.replace(/(.)\/$/, '$1').split('/');
  if (wanted.length !== given.length) return null;
  const values: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const value = given[at] ?? '';
    if (segment.startsWith(':') && value !== '') values[segment.slice(1)] = decode(value);
    else if (segment !== value) return null;
  }
  return values;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A path of this site to come back to; anything that could lead elsewhere becomes the start page. */
export function safePath(wanted: string | null): string {
  if (!wanted?.startsWith('/')) return '/';
  const url = new URL(wanted, location.origin);
  return url.origin === location.origin && !wanted.startsWith('//') ? url.pathname + url.search : '/';
}

/** Makes ordinary links move within the page; what the browser does with other clicks stays as it is. */
export function interceptLinks(root: Document): void {
  root.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link?.href || link.target !== '' || link.hasAttribute('download')) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || url.hash !== '') return;
    event.preventDefault();
    navigate(url.pathname + url.search);
  });
}
