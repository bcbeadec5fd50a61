import { DeskError } from '../error.ts';
import type { App } from './app.ts';

const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what another site's page makes a browser send: a request that changes something and carries a cookie must
 * say that it comes from our own origin, and no request may say that it comes from another. Browsers send `Origin` with
 * every such request (Fetch §3.1) and pages cannot forge it. Programs without cookies, such as the assistant, have none.
 */
export function addOriginCheck(app: App, publicOrigin: string): void {
  app.addHook('onRequest', async ({ method, headers: { origin, cookie } }) => {
    if (harmless.has(method)) return;
    const refused = origin === undefined ? cookie !== undefined : origin !== publicOrigin;
    if (refused) throw new DeskError('origin-refused');
  });
}
