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
  return caseEngine(amendmentTable, reissueEffects({ authority, orders }), settings.caseDays);
}
