import tls from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { AssistantError } from '../errors.ts';

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The way to a server: through the system's proxy (`HTTPS_PROXY`, `NO_PROXY`), trusting what the system trusts.
 * @throws AssistantError `order-untrusted` for plain http to another machine, where everybody on the way could read the token
 */
export function dispatcherFor(server: string): Dispatcher {
  const url = new URL(server);
  const local = loopback.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local))
    throw new AssistantError('order-untrusted');
  const ca = systemAuthorities();
  const connect = { timeout: 10_000, ...(ca && { ca }) };
  // A proxy elsewhere would reach its own loopback interface, not ours.
  if (local) return new Agent({ connect });
  return new EnvHttpProxyAgent({ connect, requestTls: connect });
}

/** Node's own roots and the system's store, where this Node can read it (22.15 and later); undefined: Node's own. */
function systemAuthorities(): string[] | undefined {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default' | 'system') => string[] };
  return getCACertificates
    ? [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
    : undefined;
}
