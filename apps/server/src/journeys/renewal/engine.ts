import { caseEngine } from '../../cases/engine.ts';
import { type EffectDeps, renewalEffects } from './effects.ts';
import type { RenewalEngine } from './renewal.ts';
import { renewalTable } from './steps.ts';

/** Renewal's table with its effects, ready to run. */
export function renewalEngine(
  deps: EffectDeps & { readonly settings: { readonly caseDays: number } },
): RenewalEngine {
  const { authority, orders, settings } = deps;
  const lifetime = (now: Date) => new Date(now.getTime() + settings.caseDays * 86_400_000);
  return caseEngine(renewalTable, renewalEffects({ authority, orders }), lifetime);
}
