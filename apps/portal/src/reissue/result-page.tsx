import type { CertificateSummary } from '@certdesk/contract';
import { day, inFours, minute } from '@certdesk/contract/format';
import type { ComponentChildren } from 'preact';
import { useDeskName } from '../app/desk.tsx';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { Facts, SerialNumber } from '../cases/facts.tsx';
import type { ScreenProps } from './screen.ts';
import { isWrittenAfterProof, Tidy } from './tidy.tsx';

/**
 * The new certificate, and a receipt that prints on one A4 page.
 * @param children what comes next, as items of a list, beside what is so after any journey
 */
export function ReissueResultPage({
  screen,
  children,
}: {
  screen: ScreenProps;
  children: ComponentChildren;
}) {
  const { value } = screen;
  const words = useWords();
  const { result } = words.reissue;
  const { title } = words[value.journey].result;
  const oldKey = value.twin?.oldKey;
  return (
    <Page
      title={title}
      lead={isWrittenAfterProof(value) && value.leftovers ? result.unwritten : result.lead}
      back="/cases"
    >
      <Receipt value={value} />
      <section class="card">
        <h2>{result.nextTitle}</h2>
        <ul class="papers">
          <li>{result.old}</li>
          {oldKey && <li>{result.oldKey[oldKey]}</li>}
          {children}
        </ul>
      </section>
      <Tidy {...screen} />
      <p class="row">
        <button type="button" class="button main" onClick={() => print()}>
          {result.print}
        </button>
        <a href="/cases">{words.common.cases}</a>
      </p>
    </Page>
  );
}

function Receipt({ value }: Pick<ScreenProps, 'value'>) {
  const words = useWords();
  const { fields } = words;
  const desk = useDeskName();
  const fresh = value.newCertificate;
  const encryption = value.twin?.newCertificate;
  const done = [...value.history].reverse().find((entry) => entry.to === 'done')?.at ?? value.updatedAt;
  return (
    <section class="card receipt">
      <h2>{words[value.journey].result.receipt}</h2>
      <Facts
        rows={[
          [fields.name, value.entityName],
          fresh !== null && [fields.newSerialNumber, <SerialNumber of={fresh} />],
          encryption != null && [fields.encryptionSerialNumber, <SerialNumber of={encryption} />],
          fresh !== null && [fields.validity, words.validity(day(fresh.notBefore), day(fresh.notAfter))],
          fresh !== null && [fields.issuer, fresh.issuer],
          ...(fresh?.identityNumbers ?? []).map(
            ({ kind, value: number }) =>
              [fields[kind], <OneNumber number={number} isNew={isNew(kind, value.added)} />] as const,
          ),
          [fields.oldSerialNumber, <SerialNumber of={value.certificate} />],
          [fields.caseNumber, value.number],
          [fields.completedAt, minute(done)],
        ]}
      />
      <p class="print-only">{desk}</p>
    </section>
  );
}

function isNew(kind: string, added: CertificateSummary['identityNumbers']): boolean {
  return added.some((one) => one.kind === kind);
}

function OneNumber({ number, isNew }: { number: string; isNew: boolean }) {
  const { result } = useWords().reissue;
  return (
    <>
      <span class="number">{inFours(number)}</span> {isNew && <strong>{result.added}</strong>}
    </>
  );
}
