export interface ErrorEntry {
  readonly status: number;
  readonly zh: string;
  readonly en: string;
}

export type Language = 'zh' | 'en';
export type ErrorDetails = Record<string, string | number>;

/** A sentence with the error's details filled in; a detail that is missing is left out of the sentence. */
export function sentenceWith(entry: ErrorEntry, language: Language, details: ErrorDetails = {}): string {
  return entry[language].replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? '–'));
}
