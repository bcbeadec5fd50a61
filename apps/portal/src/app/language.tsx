import { en } from '../words/en.ts';
import type { Language, Words } from '../words/words.ts';
import { zh } from '../words/zh.ts';
import { createStore, useStore } from './store.ts';

const storageKey = 'certdesk-language';

/** Chinese, unless this browser has chosen English before. Storage may be switched off: then it lasts for the tab. */
function remembered(): Language {
  try {
    return localStorage.getItem(storageKey) === 'en' ? 'en' : 'zh';
  } catch {
    return 'zh';
  }
}

export const languageStore = createStore<Language>(remembered());

export function chooseLanguage(language: Language): void {
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // It lasts for the tab.
  }
  languageStore.set(language);
}

export function useLanguage(): Language {
  return useStore(languageStore);
}

export function useWords(): Words {
  return useLanguage() === 'en' ? en : zh;
}
