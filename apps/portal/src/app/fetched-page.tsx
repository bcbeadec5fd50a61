import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { failure } from '../troubles/failure.ts';
import { TroublePage } from '../troubles/trouble.tsx';
import { Loading } from './page.tsx';

/**
 * A page whose code is fetched when somebody first goes there.
 * @param load fetches it; where that fails, the site is loaded anew: after an update of the desk the old code has gone, and
 * some browsers do not fetch a module again that failed once
 */
export function fetchedPage<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | undefined;
  return function FetchedPage(props: P) {
    const [state, setState] = useState<'asked' | 'there' | 'failed'>('asked');
    useEffect(() => {
      if (known) return;
      load().then(
        (page) => {
          known = page;
          setState('there');
        },
        () => setState('failed'),
      );
    }, []);
    if (state === 'failed') return <TroublePage failure={failure('server-unreachable')} />;
    const Page = known;
    return Page ? <Page {...props} /> : <Loading />;
  };
}
