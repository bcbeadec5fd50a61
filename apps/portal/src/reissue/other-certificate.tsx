import type { Case, Session } from '@certdesk/contract';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { addressOf } from '../cases/address.ts';
import { Facts, SerialNumber } from '../cases/facts.tsx';

/** The case is about another certificate of the company than the one signed in with. */
export function OtherCertificatePage({ value, session }: { value: Case; session: Session }) {
  const { otherCertificate: text } = useWords().reissue;
  return (
    <Page title={text.title} lead={text.lead} back="/cases">
      <section class="card">
        <Facts
          rows={[
            [text.theCase, <SerialNumber of={value.certificate} />],
            [text.signedIn, <SerialNumber of={session.certificate} />],
          ]}
        />
      </section>
      <p class="row">
        <a class="button main" href={`/sign-in?next=${encodeURIComponent(addressOf(value))}`}>
          {text.switch}
        </a>
      </p>
    </Page>
  );
}
