import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import type { ScreenProps } from './screen.ts';
import { Tidy } from './tidy.tsx';

export function EndedPage(props: ScreenProps) {
  const { value } = props;
  const words = useWords();
  const { ended } = words.reissue;
  return (
    <Page title={value.state === 'expired' ? ended.expired : ended.cancelled} lead={ended.lead} back="/cases">
      <Tidy {...props} />
      <p class="row">
        <a class="button main" href={`/${value.journey}`}>
          {words[value.journey].restart}
        </a>
        <a href={`/cases/${value.id}`}>{words.cases.details}</a>
      </p>
    </Page>
  );
}
