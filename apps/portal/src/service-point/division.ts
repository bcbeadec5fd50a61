import type { CertificateSummary } from '@certdesk/contract';
import { sessionStore } from '../app/session.ts';
import { useStore } from '../app/store.ts';

/** The unified code in a certificate, if it has one. */
export function unifiedCode({ identityNumbers }: Pick<CertificateSummary, 'identityNumbers'>): string | null {
  return identityNumbers.find(({ kind }) => kind === 'uscc')?.value ?? null;
}

/**
 * Where a company was registered (GB 32100-2015: characters 3–8 of its unified code; GB/T 2260).
 * @returns six digits; null where the code does not say it
 */
export function divisionOf(code: string | null): string | null {
  return /^..(\d{6})/.exec(code ?? '')?.[1] ?? null;
}

/** The division of whoever has signed in; null for nobody. */
export function useSignedInDivision(): string | null {
  const state = useStore(sessionStore);
  return state.at === 'signed-in' ? divisionOf(unifiedCode(state.session.certificate)) : null;
}
