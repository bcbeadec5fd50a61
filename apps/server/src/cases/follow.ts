import type { Case } from '@certdesk/contract';
import type { EventStream } from '../platform/http/events.ts';

/**
 * Sends a case now and after each change, one reading at a time: changes that come while it is read are one more
 * reading, not many. The stream is closed when the case cannot be read any more; the browser asks again and learns why.
 */
export function followCase(
  stream: EventStream,
  source: {
    readonly id: string;
    read(): Promise<Case>;
    /** @returns stops telling */
    onChange(told: () => void): () => void;
  },
): void {
  let reading = false;
  let again = false;
  async function send(): Promise<void> {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    do {
      again = false;
      try {
        stream.send('case', await source.read());
      } catch {
        stream.close();
      }
    } while (again);
    reading = false;
  }
  const stop = source.onChange(() => void send());
  stream.onClose(stop);
  void send();
}
