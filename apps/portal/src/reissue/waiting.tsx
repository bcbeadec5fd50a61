import { minute } from '@certdesk/contract/format';
import { useState } from 'preact/hooks';
import { api } from '../app/api.ts';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { useAction } from '../app/use-action.ts';
import { CancelLink } from '../cases/cancel-link.tsx';
import { TroubleNote } from '../troubles/trouble.tsx';
import type { ScreenProps } from './screen.ts';
import { Steps } from './steps.tsx';

/** The register is silent: what is waited for, since when, until when, and that nothing has to be done. */
export function WaitingPage({ value, desk, update }: ScreenProps) {
  const words = useWords();
  const { waiting } = words.reissue;
  const [asked, setAsked] = useState(false);
  const { run, busy, failure } = useAction(async () => {
    setAsked(false);
    const answer = await api.askRegister(value.id);
    update(answer);
    setAsked(answer.state === 'registry-silent');
  });
  const since = [...value.history].reverse().find((entry) => entry.to === 'registry-silent')?.at;
  return (
    <Page
      title={waiting.title}
      lead={waiting.lead}
      back="/cases"
      above={<Steps of={value.journey} now={1} />}
    >
      <section class="card">
        <ul class="papers">
          <li>{waiting.since(minute(since ?? value.createdAt))}</li>
          {value.endsAt && <li>{waiting.until(minute(value.endsAt))}</li>}
          <li>{waiting.auto}</li>
          <li>{waiting.meanwhile}</li>
        </ul>
      </section>
      <div role="status">{asked && <p class="note wait">{waiting.stillSilent}</p>}</div>
      {failure && <TroubleNote failure={failure} desk={desk} retry={run} />}
      <p class="row">
        <button type="button" class="button main" onClick={run} aria-disabled={busy}>
          {busy ? words.common.working : waiting.again}
        </button>
        <CancelLink value={value} />
      </p>
    </Page>
  );
}
