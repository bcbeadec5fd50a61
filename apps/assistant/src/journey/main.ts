/** journey renewal: a whole journey without a browser, against a desk that runs. tools/journey.mjs starts one if none is named. */
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { openAssistant } from '../assistant.ts';
import { asAssistantError } from '../errors.ts';
import { openHome } from '../home.ts';
import { runRenewal } from './renewal.ts';

const usage =
  'journey renewal --url ORIGIN --key KEY [--home ASSISTANT-FOLDER] [--years N] [--json] < PIN on standard input';

process.exitCode = await main();

/** @returns the exit code: 0 only if the key holds the new certificate and signs with it */
async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      key: { type: 'string' },
      home: { type: 'string' },
      years: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const { url, key, home, json } = values;
  const years = Number(values.years);
  if (positionals.join(' ') !== 'renewal' || !url || !key || !Number.isInteger(years)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const [pin = ''] = (await text(process.stdin)).split(/\r?\n/);
  const assistant = await openAssistant(
    openHome(home ? { ...process.env, CERTDESK_ASSISTANT_HOME: home } : process.env),
  );
  try {
    const result = await runRenewal({ assistant, origin: url, key, pin, years });
    if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else {
      for (const { name, ms } of result.steps) process.stdout.write(`${name.padEnd(10)} ${ms} ms\n`);
      process.stdout.write(`${result.entity}: renewed in ${result.totalMs} ms\n`);
    }
    return 0;
  } catch (error) {
    const known = asAssistantError(error);
    const unforeseen = known.code === 'internal' ? `\n${(error as Error).stack}` : '';
    process.stderr.write(`${known.sentence('zh')}\n${known.message} [${known.code}]${unforeseen}\n`);
    return 1;
  } finally {
    assistant.close();
  }
}
