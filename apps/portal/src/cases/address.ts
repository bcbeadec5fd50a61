import type { Case } from '@certdesk/contract';

/** Where a case is gone on with: each journey has pages of its own. */
export function addressOf({ journey, id }: Pick<Case, 'journey' | 'id'>): string {
  return `/${journey}/${id}`;
}
