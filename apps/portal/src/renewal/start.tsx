import type { DeskInfo, RenewalOffer } from '@certdesk/contract';
import { day } from '@certdesk/contract/format';
import { api } from '../app/api.ts';
import { useLanguage, useWords } from '../app/language.tsx';
import { Loading, Page } from '../app/page.tsx';
import { navigate } from '../app/router.ts';
import { useAction } from '../app/use-action.ts';
import { useAnswer } from '../app/use-answer.ts';
import { addressOf } from '../cases/address.ts';
import { UnfinishedCase } from '../cases/resume.tsx';
import { Steps } from '../reissue/steps.tsx';
import { failure as failureFor } from '../troubles/failure.ts';
import { TroubleNote, TroublePage } from '../troubles/trouble.tsx';

/** Whether this certificate can be renewed now; if so, the agreement, whose acceptance opens the case. */
export function RenewalStartPage({ desk }: { desk: DeskInfo }) {
  const { value, failure, reload } = useAnswer(api.renewalOffer);
  if (failure) return <TroublePage failure={failure} desk={desk} retry={reload} />;
  if (!value) return <Loading />;
  if (value.openCase) return <UnfinishedCase id={value.openCase} desk={desk} />;
  if (value.renewable === 'now') return <Agreement offer={value} desk={desk} reload={reload} />;
  return <NotNow offer={value} desk={desk} />;
}

const reasons = {
  'too-early': 'renewal-too-early',
  'too-late': 'renewal-too-late',
  'key-kind': 'renewal-key-kind',
  payment: 'payment-not-available',
  superseded: 'certificate-superseded',
} as const;

function NotNow({ offer, desk }: { offer: RenewalOffer; desk: DeskInfo }) {
  const { renewal } = useWords();
  if (offer.renewable === 'now') return null;
  return (
    <TroublePage
      failure={failureFor(reasons[offer.renewable], { from: offer.from })}
      desk={desk}
      retry={() => navigate('/sign-in?next=%2Frenewal')}
    >
      {!offer.certificate.expired && <p>{renewal.offer.until(day(offer.certificate.notAfter))}</p>}
    </TroublePage>
  );
}

function Agreement(props: { offer: RenewalOffer; desk: DeskInfo; reload: () => void }) {
  const { certificate, agreement } = props.offer;
  const words = useWords();
  const text = words.renewal.agreement;
  const language = useLanguage();
  const { run, busy, failure } = useAction(async () => {
    const { version, digest } = agreement;
    const opened = await api.openRenewal({ agreement: { version, digest } });
    // "Back" from the case leads to where this page was entered, not to an agreement that is accepted already.
    navigate(addressOf(opened), { replace: true });
  });
  return (
    <Page title={text.title} lead={text.lead} back="/" above={<Steps of="renewal" now={0} />}>
      <div class="note">
        <p>{(certificate.expired ? text.expired : text.until)(day(certificate.notAfter))}</p>
        {props.offer.twin && <p>{words.renewal.twins}</p>}
      </div>
      <section class="card">
        <h2 id="agreement">
          {words.fields.agreement} <small>{text.version(agreement.version)}</small>
        </h2>
        {/* Focusable, so that it can be scrolled by keyboard. */}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <section class="agreement" aria-labelledby="agreement" tabIndex={0}>
          {agreement.text[language].split(/\n+/).map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </section>
      </section>
      {failure ? (
        <TroubleNote failure={failure} desk={props.desk} retry={run} />
      ) : (
        <p class="row">
          <button type="button" class="button main" onClick={run} disabled={busy}>
            {busy ? words.common.working : text.accept}
          </button>
        </p>
      )}
    </Page>
  );
}
