import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import { en } from './en.ts';
import { zh } from './zh.ts';

export type Language = 'zh' | 'en';

const LanguageContext = createContext<Language>('zh');

/** Everything inside speaks this language, and says so to whoever reads it aloud. */
export function InLanguage({ language, children }: { language: Language; children: ComponentChildren }) {
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  return <LanguageContext.Provider value={language}>{children}</LanguageContext.Provider>;
}

export function useLanguage(): Language {
  return useContext(LanguageContext);
}

export function useWords() {
  return useLanguage() === 'en' ? en : zh;
}
