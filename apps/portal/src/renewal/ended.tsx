import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import type { ScreenProps } from './screen.ts';
import { Tidy } from './tidy.tsx';

export function EndedPage(props: ScreenProps) {
  const { ended } = useWords().renewal;
  const { cases } = useWords();
  const { value } = props;
  return (
    <Page title={value.state === 'expired' ? ended.expired : ended.cancelled} lead={ended.lead} back="/cases">
      <Tidy {...props} />
      <p class="row">
        <a class="button main" href="/renewal">
          {ended.restart}
        </a>
        <a href={`/cases/${value.id}`}>{cases.details}</a>
      </p>
    </Page>
  );
}
