/** The part of the configuration that this room goes by. */
export interface StatusSettings {
  /** Of the addresses in certificates. */
  readonly origin: string;
  /** A regular complete list is made so often, and valid for twice as long. */
  readonly listHours: number;
  /** Delta lists are made so often, and valid for twice as long. */
  readonly deltaHours: number;
  /** An OCSP answer may be kept for so long. */
  readonly ocspMinutes: number;
  /** A responder's certificate is valid for so long, and another one made when half of it is over. */
  readonly responderDays: number;
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** Lists and answers begin a little before they are made, so that computers whose clocks are slow take them. */
export const clockMs = 5 * 60_000;

/** Whole seconds: nothing in lists and answers is finer. */
export function wholeSecond(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000);
}

export function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
