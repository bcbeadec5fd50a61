import type { Case, DeskInfo } from '@certdesk/contract';
import { minute } from '@certdesk/contract/format';
import { useEffect } from 'preact/hooks';
import { api } from '../app/api.ts';
import { useWords } from '../app/language.tsx';
import { Loading, Page } from '../app/page.tsx';
import { navigate, safePath } from '../app/router.ts';
import { useAnswer } from '../app/use-answer.ts';
import { TroublePage } from '../troubles/trouble.tsx';
import { addressOf } from './address.ts';
import { CancelLink } from './cancel-link.tsx';
import { Facts } from './facts.tsx';

/** After sign-in: a case that was left half-way is offered again. */
export function ResumePage({ desk, next }: { desk: DeskInfo; next: string | null }) {
  const { value, failure, reload } = useAnswer(api.cases);
  if (failure) return <TroublePage failure={failure} desk={desk} retry={reload} />;
  if (!value) return <Loading />;
  const unfinished = value.cases.find((one) => one.open);
  return unfinished ? <Unfinished value={unfinished} /> : <Onward to={safePath(next)} />;
}

function Onward({ to }: { to: string }) {
  useEffect(() => navigate(to, { replace: true }), [to]);
  return <Loading />;
}

/** An open case that is in the way of what was wanted. */
export function UnfinishedCase({ id, desk }: { id: string; desk: DeskInfo }) {
  const { value, failure, reload } = useAnswer(() => api.case(id), [id]);
  if (failure) return <TroublePage failure={failure} desk={desk} retry={reload} />;
  return value ? <Unfinished value={value} /> : <Loading />;
}

/** One open case and what can be done about it. */
function Unfinished({ value }: { value: Case }) {
  const words = useWords();
  return (
    <Page title={words.cases.unfinished} lead={words.cases.unfinishedLead}>
      <section class="card">
        <h2>
          {words[value.journey].name} {value.number}
        </h2>
        <Facts
          rows={[
            [words.fields.name, value.entityName],
            [words.fields.state, words.cases.states[value.state]],
            [words.cases.nextLabel, words.cases.next[value.next]],
            [words.fields.updatedAt, minute(value.updatedAt)],
          ]}
        />
        <p class="row">
          <a class="button main" href={addressOf(value)}>
            {words.cases.goOn}
          </a>
          <CancelLink value={value} />
          <a href="/cases">{words.cases.later}</a>
        </p>
      </section>
    </Page>
  );
}
