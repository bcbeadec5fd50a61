// npm run model: the protocol of writing a renewal, checked by spin, where spin and a C compiler are installed. Then broken
// in each way that its file knows, which spin has to notice.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProject } from './project.mjs';

const MODEL = inProject('test/model/renewal-write.pml');
const DEPTH = '-m400000';

/** @type {{ what: string, holds: boolean, define: string[], compile: string[], check: string[] }[]} */
const questions = [
  safety('at every moment a certificate on the key works, with two stops', true, ['STOPS=2']),
  claim('every case comes to its end', true, 'done_at_last'),
  claim('no pair is ever lost', false, 'no_pair_lost'),
  claim('no certificate is ever issued again', false, 'never_issued_again'),
  claim('no assistant ever uses the pair of another', false, 'never_the_others_pair'),
  safety('broken: superseded at issuing', false, ['STOPS=1', 'SUPERSEDED_AT_ISSUING']),
  safety('broken: the old one removed before the proof', false, ['STOPS=1', 'REMOVED_BEFORE_PROOF']),
  safety('broken: removes a container it cannot use', false, ['STOPS=1', 'REMOVES_WHAT_IT_CANNOT_USE']),
  claim('broken: not issued again after a loss', false, 'done_at_last', ['NOT_ISSUED_AGAIN']),

  safety('twins: a signing and an encryption certificate work at every moment', true, twins('STOPS=1')),
  safety('twins: … and with the old container staying, old documents open', true, twins('STOPS=1', 'KEEP')),
  claim('twins: every case comes to its end, with one encryption pair in use', true, 'done_at_last', alone()),
  claim('twins: … and with the old container staying', true, 'done_at_last', alone('KEEP')),
  // What is known and left: the late request for a pair that the key has lost withdraws its successor for good.
  claim(
    'twins: two assistants on a key that loses a pair never leave the case to its holder',
    false,
    'done_at_last',
    twins(),
  ),
  claim('twins: no imported pair is ever lost', false, 'no_twin_lost', alone()),
  safety(
    'twins broken: superseded before the encryption key is proved',
    false,
    twins('STOPS=1', 'SIGNING_PROVED_ALONE'),
  ),
  safety('twins broken: superseded at issuing', false, twins('STOPS=1', 'SUPERSEDED_AT_ISSUING')),
  safety(
    'twins broken: removes the old container that must stay',
    false,
    twins('STOPS=1', 'KEEP', 'REMOVES_WHAT_MUST_STAY'),
  ),
  claim('twins broken: not written again after a loss', false, 'done_at_last', alone('NOT_WRITTEN_AGAIN')),
  claim(
    'twins broken: the pair in use is retired with the others',
    false,
    'done_at_last',
    alone('RETIRES_THE_PRESENT_PAIR'),
  ),
];

/** @param {string[]} define */
function twins(...define) {
  return ['TWINS', ...define];
}

/** One assistant: that two come to an end is asked without twins. @param {string[]} define */
function alone(...define) {
  return ['TWINS', 'ASSISTANTS=1', ...define];
}

/** @param {string} what @param {boolean} holds @param {string[]} define */
function safety(what, holds, define) {
  // Breadth first, where an error is looked for: the shortest way to it, although some of these never end.
  const compile = ['-DSAFETY', '-DNOCLAIM', ...(holds ? ['-DCOLLAPSE'] : ['-DBFS'])];
  return { what, holds, define, compile, check: holds ? [DEPTH] : [] };
}

/** @param {string} what @param {boolean} holds @param {string} name @param {string[]} [define] */
function claim(what, holds, name, define = []) {
  const compile = ['-DNFAIR=4', '-DCOLLAPSE'];
  return { what, holds, define: ['STOPS=1', ...define], compile, check: ['-a', '-f', '-N', name, DEPTH] };
}

const folder = mkdtempSync(join(tmpdir(), 'certdesk-model-'));
try {
  if (spawnSync('spin', ['-V']).error) throw new Error('spin is not installed (Debian: spin, gcc).');
  for (const question of questions) ask(question);
} catch (error) {
  process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {typeof questions[number]} question */
function ask({ what, holds, define, compile, check }) {
  run('spin', [...define.map((name) => `-D${name}`), '-a', MODEL]);
  run('cc', ['-O2', ...compile, '-o', 'pan', 'pan.c']);
  const said = run('./pan', check);
  const states = /(\d+) states, stored/.exec(said)?.[1] ?? '?';
  const errors = Number(/errors: (\d+)/.exec(said)?.[1] ?? Number.NaN);
  const asExpected = errors === (holds ? 0 : 1);
  process.stdout.write(
    `${asExpected ? 'as expected' : 'UNEXPECTED '}  ${holds ? 'holds  ' : 'refuted'}  ${what} (${states} states)\n`,
  );
  if (!asExpected) process.exitCode = 1;
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { stdout, error } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (error) throw error;
  return stdout;
}
