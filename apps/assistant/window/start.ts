import type { WindowStart } from '../src/local/views.ts';

/** What the assistant put into the page. */
export const start = JSON.parse(
  document.getElementById('certdesk-start')?.textContent ?? '{}',
) as WindowStart;
