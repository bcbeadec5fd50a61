import { checkPinFormat, type Key, KeyError } from '@certdesk/token';
import type { PinAnswer, PinProblem } from '../local/views.ts';
import { pinView } from './views.ts';

/**
 * Does one thing that spends a try if the PIN is wrong: verifying it, or changing it. Asks the key first how many
 * tries are left, and leaves the last one alone unless `confirmLastTry`.
 * @throws KeyError for all that is not about the PIN
 */
export async function usePin(
  key: Key,
  pins: readonly string[],
  confirmLastTry: boolean,
  use: () => Promise<void>,
): Promise<PinAnswer> {
  const answer = async (result: 'ok' | PinProblem): Promise<PinAnswer> => ({
    result,
    pin: pinView((await key.info()).pin),
  });
  const { pin } = await key.info();
  if (pin.flag === 'locked') return answer('locked');
  if ((pin.tries === 1 || pin.flag === 'final') && !confirmLastTry) return answer('last-try');
  try {
    // A slip of the hand spends no try.
    checkPinFormat(...pins);
    await use();
    return await answer('ok');
  } catch (error) {
    const problem = pinProblem(error);
    if (!problem) throw error;
    return answer(problem);
  }
}

function pinProblem(error: unknown): PinProblem | undefined {
  if (!(error instanceof KeyError)) return undefined;
  if (error.code === 'pin-incorrect') return 'incorrect';
  if (error.code === 'pin-locked') return 'locked';
  return error.code === 'pin-format' ? 'format' : undefined;
}
