import type { DeskInfo } from '@certdesk/contract';
import { api } from '../app/api.ts';
import { useWords } from '../app/language.tsx';
import { Loading, Page } from '../app/page.tsx';
import { navigate } from '../app/router.ts';
import { useAction } from '../app/use-action.ts';
import { addressOf } from '../cases/address.ts';
import { useCase } from '../cases/use-case.ts';
import { TroubleNote, TroublePage } from '../troubles/trouble.tsx';
import { isWrittenAfterProof } from './tidy.tsx';

/** Asks once before a case is cancelled, and says what that does and does not do. */
export function CancelPage({ id, desk }: { id: string; desk: DeskInfo }) {
  const words = useWords();
  const { cancel } = words.reissue;
  const { value, failure, reload } = useCase(id);
  const action = useAction(async () => {
    await api.cancel(id);
    if (value) navigate(addressOf(value), { replace: true });
  });
  if (failure) return <TroublePage failure={failure} desk={desk} retry={reload} />;
  if (!value) return <Loading />;
  const goOn = addressOf(value);
  if (!value.canCancel)
    return (
      <Page
        title={words.troubles.titles['case-cannot-cancel']}
        lead={cancel.impossible}
        back={`/cases/${id}`}
      >
        <p class="row">
          <a class="button main" href={goOn}>
            {words.cases.goOn}
          </a>
        </p>
      </Page>
    );
  return (
    <Page
      title={cancel.title}
      lead={cancel.lead(value.number, words[value.journey].name)}
      back={`/cases/${id}`}
    >
      <section class="card">
        <ul class="papers">
          {cancel.effects.map((effect) => (
            <li key={effect}>{effect}</li>
          ))}
          {!isWrittenAfterProof(value) && <li>{cancel.leftovers}</li>}
        </ul>
      </section>
      {action.failure && <TroubleNote failure={action.failure} desk={desk} retry={action.run} />}
      <p class="row">
        <button type="button" class="button danger" onClick={action.run} disabled={action.busy}>
          {action.busy ? words.common.working : cancel.yes}
        </button>
        <a class="button" href={goOn}>
          {cancel.no}
        </a>
      </p>
    </Page>
  );
}
