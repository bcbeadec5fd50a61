/**
 * - `away`: nothing came, or word that the register cannot answer now
 * - `refused`: it answers, and not this desk, or not at this address
 * - `unbelievable`: what came is not signed as an answer to this request
 * - `unreadable`: what came is not what the configuration expects of an answer
 */
export type NoAnswerReason = 'away' | 'refused' | 'unbelievable' | 'unreadable';

/** The register gave no answer that can be used. The message is for logs and holds nothing of what the answer says of anybody. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly code: NoAnswerReason;
  /** Worth a second try at once. */
  readonly passing: boolean;
  /** What stood where something else was expected: for whoever tries the configuration, and not for logs. */
  readonly said: unknown;

  constructor(
    code: NoAnswerReason,
    message: string,
    more: { readonly passing?: boolean; readonly said?: unknown; readonly cause?: unknown } = {},
  ) {
    super(message, 'cause' in more ? { cause: more.cause } : {});
    this.code = code;
    this.passing = more.passing ?? false;
    this.said = more.said;
  }
}
