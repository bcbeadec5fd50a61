// Importing a register, into a database of its own each time: how long it takes, and what the importing process holds.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inProject } from '../tools/project.mjs';
import { REGISTER_HEADINGS, writeRegisterCsv, writeRegisterWorkbook } from './register-files.mjs';
import { peakResidentMb } from './resident.mjs';
import { withClient } from './stage.mjs';

/** A million entities in five minutes; starting and migrating weigh too much where there are fewer. */
const TARGET = { entities: 1_000_000, seconds: 300 };

/**
 * All of the entities must take about as much memory as a tenth of them. The peak is that of a heap which grows and is
 * cleaned by turns: one that is short may not have seen its highest.
 */
const CONSTANT = 1.5;

/**
 * @param {import('./measures.mjs').Options} options
 * @returns {Promise<import('./figure.mjs').Figure[]>}
 */
export async function measureRegistry({ stage, entities }) {
  const csv = await measureFormat(stage, 'csv', writeRegisterCsv, entities);
  // In the database that has it all.
  const again = await importing(stage, csv.url, csv.file);
  const copied = await copySeconds(csv.url, csv.file);
  const [whole, ...others] = csv.figures;
  const reference = { name: 'COPY, bare table', value: copied, ratio: whole.value / copied };
  const xlsx = await measureFormat(stage, 'xlsx', writeRegisterWorkbook, entities);
  return [
    { ...whole, reference },
    figure(`CSV, ${entities} entities again`, again.seconds, 's'),
    ...others,
    ...xlsx.figures,
  ];
}

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {'csv' | 'xlsx'} format
 * @param {(path: string, count: number) => Promise<void>} write
 * @param {number} entities
 * @returns {Promise<{ url: string, file: string, figures: [import('./figure.mjs').Figure, ...import('./figure.mjs').Figure[]] }>}
 *   the database and the file of all of them
 */
async function measureFormat(stage, format, write, entities) {
  const path = (/** @type {number} */ count) => join(stage.folder, `register-${count}.${format}`);
  const tenth = Math.ceil(entities / 10);
  for (const count of [tenth, entities]) await write(path(count), count);
  const small = await importing(stage, await stage.database(`registry_${format}_tenth`), path(tenth));
  const url = await stage.database(`registry_${format}`);
  const file = path(entities);
  const whole = await importing(stage, url, file);
  const what = `${format.toUpperCase()}, ${entities} entities`;
  return {
    url,
    file,
    figures: [
      {
        ...figure(what, whole.seconds, 's'),
        ...(entities >= TARGET.entities && {
          target: { of: 'value', atMost: (TARGET.seconds * entities) / TARGET.entities },
        }),
        detail: { stored: await countEntities(url) },
      },
      figure(`${format.toUpperCase()}, entities`, entities / whole.seconds, '/s'),
      {
        ...figure(`${what}, peak memory`, whole.peakMb, 'MB'),
        reference: { name: `${tenth} entities`, value: small.peakMb, ratio: whole.peakMb / small.peakMb },
        target: { of: 'ratio', atMost: CONSTANT },
      },
    ],
  };
}

/**
 * @param {string} what
 * @param {number} value
 * @param {string} unit
 * @returns {import('./figure.mjs').Figure}
 */
function figure(what, value, unit) {
  return { measure: 'registry', what, value, unit };
}

/**
 * Runs the command that an operator runs.
 * @param {import('./stage.mjs').Stage} stage
 * @param {string} url of the database
 * @param {string} file
 * @returns {Promise<{ seconds: number, peakMb: number }>} from the command's start to its end
 */
async function importing(stage, url, file) {
  const begin = performance.now();
  const args = [inProject('apps/server/dist/certdesk.js'), 'registry', 'import', file];
  const program = stage.start('registry-import', process.execPath, args, {
    ...process.env,
    DATABASE_URL: url,
  });
  let [peakMb, running] = [0, true];
  void program.exited.then(() => {
    running = false;
  });
  while (running) {
    peakMb = Math.max(peakMb, peakResidentMb(program.child.pid ?? 0) || 0);
    await Promise.race([sleep(20), program.exited]);
  }
  const seconds = (performance.now() - begin) / 1000;
  if (program.child.exitCode !== 0)
    throw new Error(`The import fails:\n${readFileSync(program.log, 'utf8').slice(-4000)}`);
  return { seconds, peakMb };
}

/** @param {string} url */
function countEntities(url) {
  return withClient(url, async (client) => {
    const { rows } = await client.query('select count(*)::int as count from registry_entity');
    return rows[0].count;
  });
}

/**
 * What PostgreSQL itself takes to read the file into a table without an index or a check.
 * @param {string} url
 * @param {string} file
 * @returns {Promise<number>} seconds
 */
function copySeconds(url, file) {
  return withClient(url, async (client) => {
    const columns = REGISTER_HEADINGS.map((name) => `${client.escapeIdentifier(name)} text`);
    await client.query(`create table bare (${columns.join()})`);
    const begin = performance.now();
    await client.query(`copy bare from ${client.escapeLiteral(file)} (format csv, header)`);
    const seconds = (performance.now() - begin) / 1000;
    await client.query('drop table bare');
    return seconds;
  });
}
