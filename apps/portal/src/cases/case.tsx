import type { Case, DeskInfo } from '@certdesk/contract';
import { inFours, minute } from '@certdesk/contract/format';
import { useWords } from '../app/language.tsx';
import { Loading, Page } from '../app/page.tsx';
import { lookUp } from '../troubles/failure.ts';
import { TroublePage } from '../troubles/trouble.tsx';
import type { Words } from '../words/words.ts';
import { addressOf } from './address.ts';
import { CancelLink } from './cancel-link.tsx';
import { Facts, SerialNumber } from './facts.tsx';
import { useCase } from './use-case.ts';

/** One case: where it stands, what comes next, and what happened, in words. */
export function CasePage({ id, desk }: { id: string; desk: DeskInfo }) {
  const words = useWords();
  const { value, failure, reload } = useCase(id);
  if (failure) return <TroublePage failure={failure} desk={desk} retry={reload} />;
  if (!value) return <Loading />;
  return (
    <Page
      title={words.cases.caseTitle(value.number)}
      lead={`${words[value.journey].name} · ${value.entityName}`}
      back="/cases"
    >
      <section class="card">
        <Facts
          rows={[
            [words.fields.state, words.cases.states[value.state]],
            value.next !== 'nothing' && [words.cases.nextLabel, words.cases.next[value.next]],
            value.journey === 'renewal' &&
              value.years !== null && [words.fields.term, words.renewal.term.years(value.years)],
            value.added.length > 0 && [words.fields.added, <Numbers of={value.added} />],
            value.declined.length > 0 && [
              words.fields.declined,
              value.declined.map((kind) => words.fields[kind]).join(words.comma),
            ],
            [words.fields.openedAt, minute(value.createdAt)],
            value.open && value.endsAt !== null && [words.fields.endsAt, minute(value.endsAt)],
            value.newCertificate !== null && [
              words.fields.newSerialNumber,
              <SerialNumber of={value.newCertificate} />,
            ],
            value.twin?.newCertificate != null && [
              words.fields.encryptionSerialNumber,
              <SerialNumber of={value.twin.newCertificate} />,
            ],
            value.journey === 'renewal' && [
              words.fields.agreement,
              words.renewal.agreement.version(value.agreement.version),
            ],
          ]}
        />
        <CaseActions value={value} />
      </section>
      <section class="card">
        <h2>{words.cases.history}</h2>
        <ol class="history">
          {value.history.map((entry) => (
            <li key={entry.at + entry.event}>
              <time dateTime={entry.at}>{minute(entry.at)}</time>
              <span>{eventText(value.journey, entry, words)}</span>
            </li>
          ))}
        </ol>
      </section>
    </Page>
  );
}

function Numbers({ of }: { of: Case['added'] }) {
  const { fields } = useWords();
  return (
    <>
      {of.map(({ kind, value }) => (
        <div key={kind}>
          {fields[kind]} <span class="number">{inFours(value)}</span>
        </div>
      ))}
    </>
  );
}

function CaseActions({ value }: { value: Case }) {
  const { cases } = useWords();
  return (
    <p class="row">
      <a class="button main" href={addressOf(value)}>
        {value.open ? cases.goOn : value.state === 'done' ? cases.receipt : cases.details}
      </a>
      <CancelLink value={value} />
    </p>
  );
}

function eventText(journey: Case['journey'], entry: Case['history'][number], words: Words): string {
  const { events, states } = words.cases;
  // A newer server may know more events; where one led to is said at least.
  const own = lookUp<string>(words[journey].events, entry.event);
  return own ?? lookUp(events, entry.event) ?? lookUp(states, entry.to) ?? entry.to;
}
