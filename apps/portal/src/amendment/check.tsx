import type { AmendmentCase } from '@certdesk/contract';
import { day } from '@certdesk/contract/format';
import { useState } from 'preact/hooks';
import { api } from '../app/api.ts';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { useAction } from '../app/use-action.ts';
import { AssistantStatus } from '../bridge/assistant-status.tsx';
import { CancelLink } from '../cases/cancel-link.tsx';
import { ComparisonCard } from '../reissue/comparison.tsx';
import { confirmed, useDecisions } from '../reissue/decisions.ts';
import { focusChoice, NumberChoices } from '../reissue/number-choices.tsx';
import type { ScreenProps } from '../reissue/screen.ts';
import { Steps } from '../reissue/steps.tsx';
import { TroubleNote } from '../troubles/trouble.tsx';

/** Everything agrees: the holder decides about each number, and one button writes them, or ends the case where none is taken in. */
export function CheckPage({ value, desk, assistant, update }: ScreenProps<AmendmentCase>) {
  const words = useWords();
  const { check } = words.amendment;
  const { comparison } = words.reissue;
  const decisions = useDecisions(value);
  const { undecided, added } = decisions;
  const [asked, setAsked] = useState(false);
  const addsNothing = undecided.length === 0 && added.length === 0;

  const confirm = async () => update(await confirmed(value, added));
  const leave = useAction(confirm);
  const start = () => {
    setAsked(true);
    const [first] = undecided;
    if (first) focusChoice(first);
    else if (addsNothing) leave.run();
    else assistant.start(() => api.order(value.id), confirm);
  };

  return (
    <Page
      title={check.title}
      lead={check.lead}
      back={`/cases/${value.id}`}
      above={<Steps of="amendment" now={1} />}
    >
      {value.comparison && <ComparisonCard value={value.comparison} />}
      <NumberChoices
        decisions={decisions}
        asked={asked}
        disabled={leave.busy || (assistant.phase !== null && assistant.phase.at !== 'failed')}
      />
      {!addsNothing && (
        <section class="card">
          <h2>{check.before}</h2>
          <ul class="papers">
            <li>{check.sameEnd(day(value.certificate.notAfter))}</li>
            {check.promises.map((promise) => (
              <li key={promise}>{promise}</li>
            ))}
            {value.twin && <li>{check.sameEncryption}</li>}
          </ul>
        </section>
      )}
      <AssistantStatus assistant={assistant} desk={desk} retry={start} />
      {leave.failure && <TroubleNote failure={leave.failure} desk={desk} retry={start} />}
      {!assistant.phase && !leave.failure && (
        <>
          <p class="row">
            <button type="button" class="button main" onClick={start} aria-disabled={leave.busy}>
              {leave.busy ? words.common.working : addsNothing ? check.finish : check.start}
            </button>
            <a href="/service-points">{comparison.wrong}</a>
            <CancelLink value={value} />
          </p>
          <p class="quiet">{comparison.confirms}</p>
        </>
      )}
    </Page>
  );
}
