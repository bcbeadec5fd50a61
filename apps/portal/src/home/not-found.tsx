import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';

export function NotFoundPage() {
  const { notFound, common } = useWords();
  return (
    <Page title={notFound.title} lead={notFound.lead}>
      <p class="row">
        <a class="button main" href="/">
          {common.home}
        </a>
        <a class="button" href="/cases">
          {common.cases}
        </a>
      </p>
    </Page>
  );
}
