import type { Case, RenewalCase } from '@certdesk/contract';
import { minute } from '@certdesk/contract/format';
import { useRef, useState } from 'preact/hooks';
import { api } from '../app/api.ts';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { AssistantStatus } from '../bridge/assistant-status.tsx';
import { CancelLink } from '../cases/cancel-link.tsx';
import { ComparisonTable } from '../reissue/comparison-table.tsx';
import type { ScreenProps } from '../reissue/screen.ts';
import { Steps } from '../reissue/steps.tsx';
import { TermChoice } from './term-choice.tsx';

/** Everything agrees: confirming, choosing a term and starting to write are one page and one button. */
export function CheckPage({ value, desk, assistant, update, reload }: ScreenProps<RenewalCase>) {
  const words = useWords();
  const { check, term } = words.renewal;
  // Nothing is preselected; what the holder chose before, on this case, is.
  const [years, setYears] = useState(value.years);
  const [missing, setMissing] = useState(false);
  const choice = useRef<HTMLFieldSetElement>(null);

  const prepare = async (chosen: number) => {
    let current: Case = value;
    if (current.next === 'confirm' && current.comparison)
      current = await api.confirm(current.id, current.comparison, []);
    if (value.years !== chosen || current.state !== 'ordered')
      current = await api.chooseTerm(current.id, chosen);
    update(current);
  };
  const start = () => {
    setMissing(years === null);
    if (years === null) choice.current?.querySelector('input')?.focus();
    else
      assistant.start(
        () => api.order(value.id),
        () => prepare(years),
      );
  };
  const changed =
    assistant.phase?.at === 'failed' &&
    ['comparison-changed', 'comparison-differs', 'case-state'].includes(assistant.phase.failure.code);
  const retry = () => {
    if (!changed) return start();
    assistant.stop();
    reload();
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
      {value.comparison && (
        <section class="card">
          <ComparisonTable rows={value.comparison.rows} />
          {value.comparison.rows.some((row) => row.result === 'only-register') && <p>{check.onlyRegister}</p>}
          <p class="quiet">{words.reissue.comparison.askedAt(minute(value.comparison.askedAt))}</p>
        </section>
      )}
      <section class="card">
        <TermChoice
          terms={value.terms}
          chosen={years}
          missing={missing}
          disabled={assistant.phase !== null && assistant.phase.at !== 'failed'}
          fieldset={choice}
          choose={(chosen) => {
            setYears(chosen);
            setMissing(false);
          }}
        />
      </section>
      {(value.twin || value.samePair) && (
        <section class="card">
          {value.twin && <p>{words.renewal.twins}</p>}
          {value.samePair && <p>{words.renewal.samePair[value.samePair]}</p>}
        </section>
      )}
      <AssistantStatus assistant={assistant} desk={desk} retry={retry} />
      {!assistant.phase && (
        <>
          <p class="row">
            <button type="button" class="button main" onClick={start}>
              {term.start}
            </button>
            <a href="/service-points">{term.wrong}</a>
            <CancelLink value={value} />
          </p>
          <p class="quiet">
            {term.confirms} {term.note}
          </p>
        </>
      )}
    </Page>
  );
}
