import type { DeskInfo } from '@certdesk/contract';
import { useLanguage } from './language.tsx';
import { createStore, useStore } from './store.ts';

/** What the desk says of itself; null until it has been asked. */
export const deskStore = createStore<DeskInfo | null>(null);

export function useDeskName(): string {
  const language = useLanguage();
  const fallback = language === 'en' ? 'Certificate self-service' : '证书自助服务';
  return useStore(deskStore)?.name[language] ?? fallback;
}
