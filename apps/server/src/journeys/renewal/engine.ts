import { caseEngine } from '../../cases/engine.ts';
import type { RequestInput } from '../../reissue/data.ts';
import { type EffectDeps, reissueEffects } from '../../reissue/effects.ts';
import type { Renewal, RenewalData } from './data.ts';
import { type RenewalEffect, type RenewalEvent, renewalTable } from './steps.ts';

export type RenewalEngine = ReturnType<
  typeof caseEngine<Renewal['state'], RenewalEvent, RenewalEffect, RenewalData, RequestInput>
>;

/** Renewal's table with its effects, ready to run. */
export function renewalEngine(
  deps: EffectDeps & { readonly settings: { readonly caseDays: number } },
): RenewalEngine {
  const { authority, orders, settings } = deps;
  return caseEngine<Renewal['state'], RenewalEvent, RenewalEffect, RenewalData, RequestInput>(
    renewalTable,
    reissueEffects({ authority, orders }),
    settings.caseDays,
  );
}
