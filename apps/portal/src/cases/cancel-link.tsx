import type { Case } from '@certdesk/contract';
import { useWords } from '../app/language.tsx';
import { addressOf } from './address.ts';

interface Props {
  value: Pick<Case, 'journey' | 'id' | 'canCancel'>;
}

/** The way to cancel a case, as long as it can be. */
export function CancelLink({ value }: Props) {
  const { link } = useWords().reissue.cancel;
  return value.canCancel ? <a href={`${addressOf(value)}/cancel`}>{link}</a> : null;
}

/** The same where it stands alone. */
export function CancelRow({ value }: Props) {
  return value.canCancel ? (
    <p class="row">
      <CancelLink value={value} />
    </p>
  ) : null;
}
