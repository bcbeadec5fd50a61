// Certificates a second over HTTP, from signed request to committed certificate, beside cfssl, by turns.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSoftwareKey, toPem } from '@certdesk/pki';
import { say } from '../tools/project.mjs';
import { startCfssl } from './cfssl.mjs';
import { BenchDesk } from './desk.mjs';
import { sendAll } from './load.mjs';
import { usageDuring, usageFigures } from './processor-time.mjs';
import { CLIENT, cfsslRequests, registrationRequests } from './registration-requests.mjs';
import { withClient } from './stage.mjs';
import { median, medianRatio, quantile } from './statistics.mjs';

const CONNECTIONS = 64;
const WARM_UP = 2; // rounds
const ALGORITHMS = /** @type {const} */ (['p256', 'sm2']);
const TITLES = { p256: 'ECDSA P-256', sm2: 'SM2' };
const TARGETS = { p256: 0.25, sm2: 0.15 }; // × cfssl

/**
 * @typedef {object} Turns
 * @property {number[]} perSecond of each turn that counts
 * @property {number[]} milliseconds that each request was waited for
 * @property {import('./processor-time.mjs').Usage[]} usages
 * @property {number} stored certificates that the turns, all of them, left in the database
 */

/**
 * @param {import('./measures.mjs').Options} options
 * @returns {Promise<import('./figure.mjs').Figure[]>}
 */
export async function measureIssue({ stage, rounds, requests }) {
  const cfssl = await startCfssl(stage);
  if (!cfssl) say('cfssl is not installed: nothing to compare with (Debian: golang-cfssl).');
  const desks = { p256: await registrationDesk(stage, 'p256'), sm2: await registrationDesk(stage, 'sm2') };
  /** @type {Record<'cfssl' | 'p256' | 'sm2', Turns>} */
  const turns = { cfssl: noTurns(), p256: noTurns(), sm2: noTurns() };
  // The first rounds are not counted: programs compile their code, databases grow their files.
  for (let round = -WARM_UP; round < rounds; round += 1) {
    if (cfssl) {
      const load = await cfsslRequests(requests);
      await turn(stage, round, turns.cfssl, [cfssl.pid], () => sendAll([cfssl.port], load, CONNECTIONS));
    }
    for (const algorithm of ALGORITHMS) {
      const { desk, client } = desks[algorithm];
      const before = await stored(desk.databaseUrl);
      const load = await registrationRequests(algorithm, client, requests);
      const send = () => sendAll(desk.ports, load, CONNECTIONS);
      await turn(stage, round, turns[algorithm], desk.pids, send);
      const fresh = (await stored(desk.databaseUrl)) - before;
      if (fresh !== requests) throw new Error(`${requests} certificates were answered, ${fresh} are stored.`);
      turns[algorithm].stored += fresh;
    }
  }
  await Promise.all([cfssl?.stop(), ...ALGORITHMS.map((algorithm) => desks[algorithm].desk.stop())]);
  const usageOf = (/** @type {string} */ what, /** @type {Turns} */ { usages }) =>
    usageFigures('issue', what, requests * rounds, usages);
  const figures = ALGORITHMS.flatMap((algorithm) => {
    const { perSecond, milliseconds } = turns[algorithm];
    const theirs = turns.cfssl.perSecond;
    /** @type {import('./figure.mjs').Figure} */
    const figure = {
      measure: 'issue',
      what: `${TITLES[algorithm]} certificates`,
      value: median(perSecond),
      unit: '/s',
      ...(cfssl && {
        reference: { name: 'cfssl', value: median(theirs), ratio: medianRatio(perSecond, theirs) },
      }),
      target: { of: 'ratio', atLeast: TARGETS[algorithm] },
      detail: {
        rounds: perSecond,
        certificates: requests * rounds,
        stored: turns[algorithm].stored,
        p50Ms: quantile(milliseconds, 0.5),
        p99Ms: quantile(milliseconds, 0.99),
      },
    };
    return [figure, ...usageOf(`${TITLES[algorithm]} certificate`, turns[algorithm])];
  });
  return cfssl ? [...figures, ...usageOf('certificate of cfssl', turns.cfssl).slice(0, 1)] : figures;
}

/** @returns {Turns} */
function noTurns() {
  return { perSecond: [], milliseconds: [], usages: [], stored: 0 };
}

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {number} round
 * @param {Turns} turns
 * @param {readonly number[]} pids of the servers
 * @param {() => ReturnType<typeof sendAll>} send
 */
async function turn(stage, round, turns, pids, send) {
  const usage = await usageDuring(stage, pids, async () => {
    const { seconds, milliseconds } = await send();
    if (round < 0) return;
    turns.perSecond.push(milliseconds.length / seconds);
    turns.milliseconds.push(...milliseconds);
  });
  if (round >= 0) turns.usages.push(usage);
}

/**
 * A running desk with one registration client, whose key is of the same kind as the CA's.
 * @param {import('./stage.mjs').Stage} stage
 * @param {'sm2' | 'p256'} algorithm
 * @param {string[]} [nodeArgs]
 */
export async function registrationDesk(stage, algorithm, nodeArgs) {
  const desk = await BenchDesk.make(stage, `issue_${algorithm}`, algorithm);
  const client = generateSoftwareKey(algorithm);
  const file = join(desk.folder, 'client.pem');
  writeFileSync(file, toPem('PUBLIC KEY', client.publicKey));
  const may = ['--profiles', `entity-signing-${algorithm}`, '--daily-limit', '100000000'];
  await desk.certdesk('client', 'add', '--id', CLIENT, '--name', 'Bench', '--key', file, ...may);
  await desk.certdesk('client', 'enable', CLIENT);
  await desk.start(nodeArgs);
  return { desk, client };
}

/**
 * @param {string} databaseUrl
 * @returns {Promise<number>} certificates in force whose intents are settled
 */
function stored(databaseUrl) {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query(
      `select count(*)::int as count from certificate
         join issuance_intent intent on intent.certificate_id = certificate.id
         where certificate.state = 'in-force' and intent.state = 'issued'`,
    );
    return rows[0].count;
  });
}
