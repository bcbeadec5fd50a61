/** The assistant as a library: what drives orders without a window, such as the journey command and tests. */
export { type Assistant, openAssistant } from './assistant.ts';
export { type AssistantConfig, loadConfig, parseConfig, writeConfig } from './config.ts';
export { AssistantError, asAssistantError, Declined } from './errors.ts';
export { type Home, openHome } from './home.ts';
export { loadDrivers } from './keys/drivers.ts';
export { KeyRing } from './keys/ring.ts';
export type { KeyWanted, OrderDialogue, PinReply, PinRequest } from './orders/dialogue.ts';
export { executeOrder, type OrderOutcome, type OrderTools } from './orders/execute.ts';
export { pause, sleep } from './orders/pause.ts';
export { OrderServer } from './orders/server.ts';
export { type TrustedDesk, type TrustedOrder, verifyOrder } from './orders/trust.ts';
