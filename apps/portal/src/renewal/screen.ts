import type { Case, DeskInfo, RenewalCase } from '@certdesk/contract';
import type { Assistant } from '../bridge/use-assistant.ts';

/** What every screen of a renewal case is given. */
export interface ScreenProps {
  value: RenewalCase;
  desk: DeskInfo;
  assistant: Assistant;
  update: (answer: Case) => void;
  reload: () => void;
}
