import type { zh } from './zh.ts';

export type Language = 'zh' | 'en';
/** Everything that the pages say. Chinese is written first; English has exactly the same keys. */
export type Words = typeof zh;
