// npm run bench: measures this project on this machine, beside others where there are any. Not a part of the tests: what
// it says depends on the machine and on what else that does.
//
//   npm run bench -- gm issue    these alone; without names all of them
//   npm run bench -- profile     where a server's time goes; only when it is named
//   npm run bench -- registry    a register's import; only when it is named
//   --json                       one JSON document on stdout instead of the table
//   --rounds N                   how often each contestant has its turn
//   --seconds N                  of each turn of gm
//   --requests N, --renewals N   in each turn of issue and renewal
//   --entities N                 that registry imports

import { parseArgs } from 'node:util';
import { reached } from '../bench/figure.mjs';
import { machine, machineText } from '../bench/machine.mjs';
import { measures } from '../bench/measures.mjs';
import { Stage } from '../bench/stage.mjs';
import { table } from '../bench/table.mjs';
import { ensureBuilt } from './build.mjs';
import { say } from './project.mjs';

const stage = new Stage();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => void end(130, 'Stopping …'));
}
try {
  await main();
  await end(0);
} catch (error) {
  await end(1, /** @type {Error} */ (error).stack);
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1' },
      requests: { type: 'string', default: '2000' },
      renewals: { type: 'string', default: '400' },
      entities: { type: 'string', default: '1000000' },
    },
  });
  const unknown = positionals.filter((name) => !Object.hasOwn(measures, name));
  if (unknown.length > 0) throw new Error(`There is no ${unknown[0]}: ${Object.keys(measures).join(', ')}.`);
  const options = {
    rounds: number(values.rounds),
    seconds: number(values.seconds),
    requests: number(values.requests),
    renewals: number(values.renewals),
    entities: number(values.entities),
  };
  await ensureBuilt();
  /** @type {import('../bench/figure.mjs').Figure[]} */
  const figures = [];
  for (const [name, { measure, onlyByName }] of Object.entries(measures)) {
    if (positionals.length > 0 ? !positionals.includes(name) : onlyByName) continue;
    say(`${name} …`);
    figures.push(...(await measure({ ...options, stage })));
  }
  const facts = machine(stage.postgresVersion);
  if (values.json) {
    const judged = figures.map((figure) => ({ ...figure, reached: reached(figure) }));
    process.stdout.write(`${JSON.stringify({ machine: facts, options, figures: judged })}\n`);
  } else {
    process.stdout.write(`\n${machineText(facts)}\n\n${table(figures)}\n`);
  }
}

/**
 * Stops whatever still runs, whoever asks first, and ends the command.
 * @param {number} code
 * @param {string} [message]
 */
async function end(code, message) {
  if (message) say(message);
  await stage.clear();
  process.exit(code);
}

/** @param {string} text */
function number(text) {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`"${text}" is no number of anything.`);
  return value;
}
