import { day } from './format.ts';

export interface ErrorEntry {
  readonly status: number;
  readonly zh: string;
  readonly en: string;
}

export type Language = 'zh' | 'en';
export type ErrorDetails = Record<string, string | number>;

/** Details that people read as a day; they come as instants, RFC 3339. */
const days = ['from', 'on'];

/** A sentence with the error's details filled in; a detail that is missing is left out of the sentence. */
export function sentenceWith(entry: ErrorEntry, language: Language, details: ErrorDetails = {}): string {
  return entry[language].replace(/\{(\w+)\}/g, (_, name: string) => {
    const detail = String(details[name] ?? '–');
    return days.includes(name) && !Number.isNaN(Date.parse(detail)) ? day(detail) : detail;
  });
}
