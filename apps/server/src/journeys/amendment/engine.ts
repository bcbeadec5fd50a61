import { caseEngine } from '../../cases/engine.ts';
import type { ReissueData, RequestInput } from '../../reissue/data.ts';
import { type EffectDeps, reissueEffects } from '../../reissue/effects.ts';
import type { ReissueEffect } from '../../reissue/steps.ts';
import type { Amendment } from './data.ts';
import { type AmendmentEvent, amendmentTable } from './steps.ts';

export type AmendmentEngine = ReturnType<
  typeof caseEngine<Amendment['state'], AmendmentEvent, ReissueEffect, ReissueData, RequestInput>
>;

/** Amendment's table with its effects, ready to run. */
export function amendmentEngine(
  deps: EffectDeps & { readonly settings: { readonly caseDays: number } },
): AmendmentEngine {
  const { authority, orders, settings } = deps;
  const lifetime = (now: Date) => new Date(now.getTime() + settings.caseDays * 86_400_000);
  return caseEngine(amendmentTable, reissueEffects({ authority, orders }), lifetime);
}
