import type { RenewalCase } from '@certdesk/contract';
import { day, inFours, minute } from '@certdesk/contract/format';
import { useDeskName } from '../app/desk.tsx';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { Facts, SerialNumber } from '../cases/facts.tsx';
import type { ScreenProps } from '../reissue/screen.ts';
import { Tidy } from '../reissue/tidy.tsx';

/** The new certificate, and a receipt that prints on one A4 page. */
export function ResultPage(props: ScreenProps<RenewalCase>) {
  const { value } = props;
  const words = useWords();
  const { result } = words.renewal;
  const { result: shared } = words.reissue;
  const { fields } = words;
  const desk = useDeskName();
  const fresh = value.newCertificate;
  const encryption = value.twin?.newCertificate;
  const oldKey = value.twin?.oldKey;
  const done = [...value.history].reverse().find((entry) => entry.to === 'done')?.at ?? value.updatedAt;
  return (
    <Page title={result.title} lead={result.lead} back="/cases">
      <section class="card receipt">
        <h2>{result.receipt}</h2>
        <Facts
          rows={[
            [fields.name, value.entityName],
            fresh !== null && [fields.newSerialNumber, <SerialNumber of={fresh} />],
            encryption != null && [fields.encryptionSerialNumber, <SerialNumber of={encryption} />],
            fresh !== null && [fields.validity, words.validity(day(fresh.notBefore), day(fresh.notAfter))],
            fresh !== null && [fields.issuer, fresh.issuer],
            ...(fresh?.identityNumbers ?? []).map((one) => [fields[one.kind], inFours(one.value)] as const),
            [fields.oldSerialNumber, <SerialNumber of={value.certificate} />],
            [fields.caseNumber, value.number],
            [fields.completedAt, minute(done)],
          ]}
        />
        <p class="print-only">{desk}</p>
      </section>
      <section class="card">
        <h2>{shared.nextTitle}</h2>
        <ul class="papers">
          <li>{shared.old}</li>
          {encryption && <li>{words.renewal.twins}</li>}
          {value.samePair && <li>{words.renewal.samePair[value.samePair]}</li>}
          {oldKey && <li>{shared.oldKey[oldKey]}</li>}
          <li>{result.tax}</li>
        </ul>
      </section>
      <Tidy {...props} />
      <p class="row">
        <button type="button" class="button main" onClick={() => print()}>
          {shared.print}
        </button>
        <a href="/cases">{words.common.cases}</a>
      </p>
    </Page>
  );
}
