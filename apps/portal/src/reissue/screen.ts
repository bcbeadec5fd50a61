import type { Case, DeskInfo } from '@certdesk/contract';
import type { Assistant } from '../bridge/use-assistant.ts';

/** What every screen of a case that reissues a certificate is given. */
export interface ScreenProps<C extends Case = Case> {
  value: C;
  desk: DeskInfo;
  assistant: Assistant;
  update: (answer: Case) => void;
  reload: () => void;
}
