import type { DeskInfo } from '@certdesk/contract';
import type { ComponentChildren } from 'preact';
import { api } from './api.ts';
import { useDeskName } from './desk.tsx';
import { chooseLanguage, useLanguage, useWords } from './language.tsx';
import { navigate, usePlace } from './router.ts';
import { sessionStore } from './session.ts';
import { useStore } from './store.ts';
import { useAction } from './use-action.ts';

export function Layout({ desk, children }: { desk?: DeskInfo; children: ComponentChildren }) {
  const words = useWords();
  const session = useStore(sessionStore);
  return (
    <>
      <a class="skip" href="#content">
        {words.common.skip}
      </a>
      <header>
        <div class="top">
          <div>
            <a class="brand" href="/">
              {useDeskName()}
            </a>
            <nav aria-label={words.common.navigation}>
              {desk && <Links signedIn={session.at === 'signed-in'} />}
              <LanguageSwitch />
            </nav>
          </div>
        </div>
        {session.at === 'signed-in' && (
          <div class="who">
            <div>
              <span>{session.session.entity.name}</span>
              <SignOut />
            </div>
          </div>
        )}
      </header>
      <main id="content" tabIndex={-1}>
        {session.at === 'signed-in' && session.session.mode === 'renewal-only' && (
          <div class="note wait">
            <p>{words.common.renewalOnly}</p>
          </div>
        )}
        {children}
      </main>
    </>
  );
}

function Links({ signedIn }: { signedIn: boolean }) {
  const { common } = useWords();
  const { path } = usePlace();
  const link = (href: string, text: string) => (
    <a href={href} aria-current={path === href ? 'page' : undefined}>
      {text}
    </a>
  );
  return (
    <>
      {link('/service-points', common.servicePoints)}
      {signedIn ? link('/cases', common.cases) : link('/sign-in', common.signIn)}
    </>
  );
}

function LanguageSwitch() {
  const language = useLanguage();
  const words = useWords();
  const other = language === 'zh' ? 'en' : 'zh';
  return (
    <button
      type="button"
      class="link"
      lang={other === 'en' ? 'en' : 'zh-CN'}
      onClick={() => chooseLanguage(other)}
    >
      {words.common.otherLanguage}
    </button>
  );
}

function SignOut() {
  const { common } = useWords();
  const { run, busy } = useAction(async () => {
    // A session that has ended meanwhile is what was wanted.
    await api.signOut().catch(() => undefined);
    sessionStore.set({ at: 'none' });
    navigate('/');
  });
  return (
    <button type="button" class="link" onClick={run} disabled={busy}>
      {common.signOut}
    </button>
  );
}
