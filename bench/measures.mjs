// All that is measured, by the names that `npm run bench` takes.

import { measureGm } from './gm.mjs';
import { measureIssue } from './issue.mjs';
import { measurePackage } from './package.mjs';
import { profile } from './profile.mjs';
import { measureRegistry } from './registry.mjs';
import { measureRenewal } from './renewal.mjs';
import { measureStart } from './start.mjs';
import { measureWeight } from './weight.mjs';

/**
 * @typedef {object} Options
 * @property {number} rounds turns of each contestant
 * @property {number} seconds of each turn of gm
 * @property {number} requests for certificates in each turn of issue
 * @property {number} renewals in each turn of renewal
 * @property {number} entities that registry imports
 * @property {import('./stage.mjs').Stage} stage
 *
 * @typedef {object} Measure
 * @property {(options: Options) => import('./figure.mjs').Figure[] | Promise<import('./figure.mjs').Figure[]>} measure
 * @property {boolean} [onlyByName] not part of a run of everything
 */

/** @type {Record<string, Measure>} */
export const measures = {
  gm: { measure: measureGm },
  issue: { measure: measureIssue },
  renewal: { measure: measureRenewal },
  start: { measure: measureStart },
  package: { measure: measurePackage },
  weight: { measure: measureWeight },
  registry: { measure: measureRegistry, onlyByName: true },
  profile: { measure: profile, onlyByName: true },
};
