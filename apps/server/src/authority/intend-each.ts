import { DeskError } from '../platform/error.ts';
import type { IntentRequest } from './authority.ts';
import type { CompleteRequest, Intended } from './intents.ts';

/**
 * Completes requests and writes those that may be written. A refusal is an answer, so that it spares the other requests.
 * @param complete throws a DeskError for a request that is refused
 * @param write answers for each that it is given, in order
 * @returns an answer for each request, in order
 */
export async function intendEach(
  requests: readonly IntentRequest[],
  complete: (request: IntentRequest) => CompleteRequest,
  write: (admitted: readonly CompleteRequest[]) => Promise<readonly (Intended | DeskError)[]>,
): Promise<(Intended | DeskError)[]> {
  const completed = requests.map((request) => orRefusal(() => complete(request)));
  const admitted = completed.flatMap((each) => (each instanceof DeskError ? [] : [each]));
  const written = (await write(admitted)).values();
  return completed.map((each) =>
    each instanceof DeskError ? each : (written.next().value as Intended | DeskError),
  );
}

function orRefusal<T>(work: () => T): T | DeskError {
  try {
    return work();
  } catch (error) {
    if (error instanceof DeskError) return error;
    throw error;
  }
}
