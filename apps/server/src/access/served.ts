/** Whom this desk serves: by the division that the register gives an entity, by the digits of its unified code, or by a list. */
import type { ServedAnswer } from '@certdesk/contract';
import { divisionOf, usccCheckDigitFits } from '../registry/codes/uscc.ts';
import { lookupValue } from '../registry/lookup-value.ts';

export interface ServedRule {
  /** Whose division counts where both are known. */
  readonly by: 'register' | 'code';
  /** Divisions (GB/T 2260), or the first digits of them. */
  readonly divisions: readonly string[];
  /** Unified codes that are served wherever they are; undefined: there is no such list. */
  readonly codes: ReadonlySet<string> | undefined;
}

/** What is known of an entity. */
export interface Whereabouts {
  readonly uscc: string | undefined;
  /** Division by the register. */
  readonly registered: string | undefined;
}

/** Neither divisions nor a list: nobody's whereabouts matter. */
export const servesAll = ({ divisions, codes }: ServedRule): boolean => divisions.length === 0 && !codes;

/**
 * - `yes`: also without any divisions or list, which means everybody
 * - `unknown`: neither code nor register gives a division. Served for now: the register decides when a case asks it.
 */
export function servedBy(rule: ServedRule, { uscc, registered }: Whereabouts): ServedAnswer {
  const { divisions, codes } = rule;
  if (servesAll(rule)) return 'yes';
  const code = uscc === undefined ? undefined : lookupValue('uscc', uscc);
  if (code !== undefined && codes?.has(code)) return 'yes';
  if (divisions.length === 0) return code === undefined ? 'unknown' : 'no';
  const ofCode = code === undefined ? undefined : divisionOf(code);
  const division = rule.by === 'register' ? (registered ?? ofCode) : (ofCode ?? registered);
  if (division === undefined) return 'unknown';
  return divisions.some((digits) => division.startsWith(digits)) ? 'yes' : 'no';
}

/**
 * What anybody may ask about a code that he types in: no register is looked at. A code that may be mistyped, and would be
 * taken for one of elsewhere, is `unknown`.
 */
export function servedByCode(rule: ServedRule, typed: string): ServedAnswer {
  const code = lookupValue('uscc', typed);
  const answer = servedBy(rule, { uscc: code, registered: undefined });
  return answer === 'no' && !usccCheckDigitFits(code) ? 'unknown' : answer;
}

/** What an order may carry. */
const mostDivisions = 64;

/** The divisions, where the digits of a code decide alone, so that an assistant can say it before it asks for the PIN; else null. */
export function divisionsAlone({ by, divisions, codes }: ServedRule): string[] | null {
  const alone = by === 'code' && !codes && divisions.length > 0 && divisions.length <= mostDivisions;
  return alone ? [...divisions] : null;
}
