import type { AmendmentOffer, DeskInfo } from '@certdesk/contract';
import { day } from '@certdesk/contract/format';
import { api } from '../app/api.ts';
import { useWords } from '../app/language.tsx';
import { Loading, Page } from '../app/page.tsx';
import { navigate } from '../app/router.ts';
import { useAction } from '../app/use-action.ts';
import { useAnswer } from '../app/use-answer.ts';
import { addressOf } from '../cases/address.ts';
import { UnfinishedCase } from '../cases/resume.tsx';
import { Steps } from '../reissue/steps.tsx';
import { failure as failureFor } from '../troubles/failure.ts';
import { TroubleNote, TroublePage } from '../troubles/trouble.tsx';
import { NumbersIn } from './numbers-in.tsx';

/** Whether numbers can be added to this certificate now; if so, what it has, and the question to the register, which opens the case. */
export function AmendmentStartPage({ desk }: { desk: DeskInfo }) {
  const { value, failure, reload } = useAnswer(api.amendmentOffer);
  if (failure) return <TroublePage failure={failure} desk={desk} retry={reload} />;
  if (!value) return <Loading />;
  if (value.openCase) return <UnfinishedCase id={value.openCase} desk={desk} />;
  if (value.amendable === 'now') return <Question offer={value} desk={desk} />;
  return <NotNow offer={value} reason={value.amendable} desk={desk} />;
}

const reasons = {
  'not-yet-valid': 'certificate-not-yet-valid',
  'near-end': 'amendment-near-end',
  expired: 'session-renewal-only',
  'key-kind': 'amendment-not-possible',
  superseded: 'certificate-superseded',
} as const;

function NotNow(props: { offer: AmendmentOffer; reason: keyof typeof reasons; desk: DeskInfo }) {
  const { offer, reason, desk } = props;
  const { start } = useWords().amendment;
  const { notBefore, notAfter } = offer.certificate;
  return (
    <TroublePage
      failure={failureFor(reasons[reason], { from: notBefore, on: notAfter })}
      desk={desk}
      retry={() => navigate('/sign-in?next=%2Famendment')}
    >
      {(reason === 'near-end' || reason === 'expired') && <p>{start.renewInstead}</p>}
      {reason === 'not-yet-valid' && <p>{start.comeAgain}</p>}
    </TroublePage>
  );
}

function Question({ offer, desk }: { offer: AmendmentOffer; desk: DeskInfo }) {
  const words = useWords();
  const { start, inCertificate } = words.amendment;
  const { run, busy, failure } = useAction(async () => {
    // "Back" from the case leads to where this page was entered, not to a question that has been asked.
    navigate(addressOf(await api.openAmendment()), { replace: true });
  });
  return (
    <Page title={start.title} lead={start.lead} back="/" above={<Steps of="amendment" now={0} />}>
      <section class="card">
        <h2>{inCertificate}</h2>
        <NumbersIn certificate={offer.certificate} />
      </section>
      <div class="note">
        <p>{start.sameEnd(day(offer.certificate.notAfter))}</p>
        <p>{start.onlyRegister}</p>
      </div>
      {failure ? (
        <TroubleNote failure={failure} desk={desk} retry={run} />
      ) : (
        <p class="row">
          <button type="button" class="button main" onClick={run} disabled={busy}>
            {busy ? words.common.working : start.ask}
          </button>
        </p>
      )}
    </Page>
  );
}
