import type { Case, DeskInfo } from '@certdesk/contract';
import { minute } from '@certdesk/contract/format';
import { api } from '../app/api.ts';
import { useWords } from '../app/language.tsx';
import { Loading, Page } from '../app/page.tsx';
import { useAnswer } from '../app/use-answer.ts';
import { TroublePage } from '../troubles/trouble.tsx';

export function CasesPage({ desk }: { desk: DeskInfo }) {
  const words = useWords();
  const { value, failure, reload } = useAnswer(api.cases);
  if (failure) return <TroublePage failure={failure} desk={desk} retry={reload} />;
  if (!value) return <Loading />;
  const sorted = [...value.cases].sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
  const open = sorted.filter((one) => one.open);
  const past = sorted.filter((one) => !one.open);
  return (
    <Page title={words.cases.title} lead={sorted.length > 0 ? words.cases.lead : words.cases.none} back="/">
      {open.length > 0 && <List title={words.cases.open} cases={open} />}
      {past.length > 0 && <List title={words.cases.past} cases={past} />}
      {open.length === 0 && (
        <p class="row">
          <a class="button main" href="/renewal">
            {words.cases.start}
          </a>
        </p>
      )}
    </Page>
  );
}

function List({ title, cases }: { title: string; cases: Case[] }) {
  const words = useWords();
  return (
    <section>
      <h2>{title}</h2>
      <ul class="services cases">
        {cases.map((one) => (
          <li key={one.id}>
            <a href={`/cases/${one.id}`}>
              <strong>
                {words[one.journey].name} {one.number}
              </strong>
              <span>
                {words.cases.states[one.state]}
                {one.next !== 'nothing' && (
                  <>
                    {' · '}
                    {words.cases.nextLabel}
                    {words.colon}
                    {words.cases.next[one.next]}
                  </>
                )}
              </span>
              <span>
                {words.fields.updatedAt}
                {words.colon}
                {minute(one.updatedAt)}
              </span>
              <i aria-hidden="true">›</i>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
