import { render } from 'preact';
import { App } from './app/app.tsx';
import { languageStore } from './app/language.tsx';
import { interceptLinks } from './app/router.ts';

const root = document.getElementById('app');
// old-browser.js has looked at the browser before.
if (root && document.documentElement.className !== 'old-browser') {
  const name = () => {
    document.documentElement.lang = languageStore.get() === 'en' ? 'en' : 'zh-CN';
  };
  name();
  languageStore.subscribe(name);
  interceptLinks(document);
  render(<App />, root);
}
