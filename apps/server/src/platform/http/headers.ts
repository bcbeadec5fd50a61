import type { App } from './app.ts';

/** No inline script or style, nothing from elsewhere, no frame around us. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const denied = ['camera', 'display-capture', 'geolocation', 'hid', 'microphone', 'payment', 'serial', 'usb'];

/** Security headers of every answer, whatever it is. */
export function addSecurityHeaders(app: App, publicOrigin: string): void {
  const headers: Record<string, string> = {
    'content-security-policy': contentSecurityPolicy,
    // The assistant's window is a popup that talks to its opener.
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': denied.map((feature) => `${feature}=()`).join(', '),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(publicOrigin.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    // What the API answers is about one holder; pages say for themselves how long they may be kept.
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });
}
