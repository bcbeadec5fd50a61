import type { AmendmentCase } from '@certdesk/contract';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { RegisterDate } from '../reissue/comparison.tsx';
import { offeredNumbers } from '../reissue/decisions.ts';
import { Unconfirmed } from '../reissue/number-choices.tsx';
import type { ScreenProps } from '../reissue/screen.ts';
import { NumbersIn } from './numbers-in.tsx';

/** Nothing was found to add, or nothing was taken in: the certificate stays as it is. */
export function UnchangedPage({ value }: ScreenProps<AmendmentCase>) {
  const words = useWords();
  const { unchanged } = words.amendment;
  const wereOffered = value.declined.length > 0;
  const unconfirmed = offeredNumbers(value.comparison).filter(({ offer }) => offer === 'unconfirmed');
  const found = unconfirmed.length > 0 ? unchanged.nothingYet : unchanged.nothingFound;
  const { title, lead } = wereOffered ? unchanged.allDeclined : found;
  return (
    <Page title={title} lead={lead} back="/cases">
      <section class="card">
        <h2>{words.amendment.inCertificate}</h2>
        <NumbersIn certificate={value.certificate} />
        {value.comparison && <RegisterDate value={value.comparison} />}
      </section>
      {unconfirmed.map((one) => (
        <section class="card" key={one.kind}>
          <Unconfirmed of={one} />
        </section>
      ))}
      <section class="card">
        <h2>{unchanged.laterTitle}</h2>
        <ul class="papers">
          <li>{wereOffered ? unchanged.laterDeclined : unchanged.later}</li>
          <li>
            {unchanged.missing} <a href="/service-points">{words.reissue.numbers.call}</a>
          </li>
        </ul>
      </section>
      <p class="row">
        <a class="button main" href="/">
          {words.common.home}
        </a>
        <a href="/amendment">{words.amendment.restart}</a>
        <a href={`/cases/${value.id}`}>{words.cases.details}</a>
      </p>
    </Page>
  );
}
