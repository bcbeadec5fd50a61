import type { RenewalCase } from '@certdesk/contract';
import { useRef, useState } from 'preact/hooks';
import { api } from '../app/api.ts';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { AssistantStatus } from '../bridge/assistant-status.tsx';
import { CancelLink } from '../cases/cancel-link.tsx';
import { ComparisonCard } from '../reissue/comparison.tsx';
import { confirmed, useDecisions } from '../reissue/decisions.ts';
import { focusChoice, NumberChoices } from '../reissue/number-choices.tsx';
import type { ScreenProps } from '../reissue/screen.ts';
import { Steps } from '../reissue/steps.tsx';
import { TermChoice } from './term-choice.tsx';

/** Everything agrees: confirming, deciding about numbers, choosing a term and starting to write are one page and one button. */
export function CheckPage({ value, desk, assistant, update }: ScreenProps<RenewalCase>) {
  const words = useWords();
  const { check, term } = words.renewal;
  // Nothing is preselected; what the holder chose before, on this case, is.
  const decisions = useDecisions(value);
  const [years, setYears] = useState(value.years);
  const [asked, setAsked] = useState(false);
  const choice = useRef<HTMLFieldSetElement>(null);
  const disabled = assistant.phase !== null && assistant.phase.at !== 'failed';

  const prepare = async (chosen: number) => {
    let current = await confirmed(value, decisions.added);
    if (value.years !== chosen || current.state !== 'ordered')
      current = await api.chooseTerm(current.id, chosen);
    update(current);
  };
  const start = () => {
    setAsked(true);
    const [undecided] = decisions.undecided;
    if (undecided) focusChoice(undecided);
    else if (years === null) choice.current?.querySelector('input')?.focus();
    else
      assistant.start(
        () => api.order(value.id),
        () => prepare(years),
      );
  };

  return (
    <Page
      title={check.title}
      lead={check.lead}
      back={`/cases/${value.id}`}
      above={<Steps of="renewal" now={1} />}
    >
      <div class="note">
        <p>{check.allSame}</p>
      </div>
      {value.comparison && <ComparisonCard value={value.comparison} />}
      {decisions.numbers.length > 0 && <h2>{check.numbers}</h2>}
      <NumberChoices decisions={decisions} asked={asked} disabled={disabled} />
      <section class="card">
        <TermChoice
          terms={value.terms}
          chosen={years}
          missing={asked && years === null}
          disabled={disabled}
          fieldset={choice}
          choose={setYears}
        />
      </section>
      {(value.twin || value.samePair) && (
        <section class="card">
          {value.twin && <p>{words.renewal.twins}</p>}
          {value.samePair && <p>{words.renewal.samePair[value.samePair]}</p>}
        </section>
      )}
      <AssistantStatus assistant={assistant} desk={desk} retry={start} />
      {!assistant.phase && (
        <>
          <p class="row">
            <button type="button" class="button main" onClick={start}>
              {term.start}
            </button>
            <a href="/service-points">{words.reissue.comparison.wrong}</a>
            <CancelLink value={value} />
          </p>
          <p class="quiet">
            {words.reissue.comparison.confirms} {term.note}
          </p>
        </>
      )}
    </Page>
  );
}
