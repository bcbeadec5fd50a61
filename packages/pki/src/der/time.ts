import { PkiError } from '../errors.ts';

const UTC_TIME = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
const GENERALIZED_TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;

/**
 * Time of a UTCTime or GeneralizedTime in the only form RFC 5280 §4.1.2.5 allows: whole seconds, `Z`.
 * UTCTime years 50–99 are 1950–1999.
 * @throws PkiError `bad-time`, also for days that no calendar has
 */
export function decodeTime(text: string, form: 'utc' | 'generalized'): Date {
  const match = (form === 'utc' ? UTC_TIME : GENERALIZED_TIME).exec(text);
  if (!match) throw new PkiError('bad-time', `not a ${form} time: ${JSON.stringify(text.slice(0, 40))}`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const fullYear = form === 'generalized' ? year : year < 50 ? 2000 + year : 1900 + year;
  const time = new Date(0);
  time.setUTCFullYear(fullYear, month - 1, day);
  time.setUTCHours(hour, minute, second);
  const real =
    time.getUTCFullYear() === fullYear &&
    time.getUTCMonth() === month - 1 &&
    time.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!real) throw new PkiError('bad-time', `no such moment: ${text}`);
  return time;
}

/**
 * Text of a time as RFC 5280 §4.1.2.5 wants it: UTCTime from 1950 to 2049, GeneralizedTime from 2050 (and before
 * 1950). Fractions of a second are cut off.
 * @throws PkiError `bad-time` for an invalid Date or a year outside 0–9999
 */
export function encodeTime(time: Date): { form: 'utc' | 'generalized'; text: string } {
  const year = time.getUTCFullYear();
  if (!(year >= 0 && year <= 9999))
    throw new PkiError('bad-time', 'time is invalid or outside the years 0 to 9999');
  const form = year >= 1950 && year < 2050 ? 'utc' : 'generalized';
  return { form, text: form === 'utc' ? generalizedText(time).slice(2) : generalizedText(time) };
}

/** `YYYYMMDDHHMMSSZ` */
export function generalizedText(time: Date): string {
  return `${time.toISOString().replace(/[-:T]|\..*$/g, '')}Z`;
}
