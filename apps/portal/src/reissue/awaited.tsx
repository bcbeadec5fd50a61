import { minute } from '@certdesk/contract/format';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { CancelRow } from '../cases/cancel-link.tsx';
import type { ScreenProps } from './screen.ts';
import { Steps } from './steps.tsx';

/** The CA takes its time: since when it is waited for, that it goes on by itself, and that the old certificate works. */
export function AwaitedPage({ value }: ScreenProps) {
  const words = useWords();
  const { awaited, waiting } = words.reissue;
  return (
    <Page
      title={awaited.title}
      lead={awaited.lead}
      back="/cases"
      above={<Steps of={value.journey} now={2} />}
    >
      <section class="card" role="status">
        <ul class="papers">
          {value.awaited && <li>{waiting.since(minute(value.awaited.since))}</li>}
          {value.awaited && <li>{awaited.again(minute(value.awaited.again))}</li>}
          {value.endsAt && <li>{waiting.until(minute(value.endsAt))}</li>}
          <li>{awaited.auto}</li>
          <li>{awaited.meanwhile}</li>
        </ul>
      </section>
      <CancelRow value={value} />
    </Page>
  );
}
