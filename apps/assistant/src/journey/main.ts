/** journey …: a whole journey without a browser, against a desk that runs. tools/journey.mjs starts one if none is named. */
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { openAssistant } from '../assistant.ts';
import { asAssistantError } from '../errors.ts';
import { openHome } from '../home.ts';
import { checkKinds, NotOnOffer } from './decision.ts';
import { type JourneyResult, journeys, runJourney } from './journey.ts';

const usage = `journey ${journeys.join('|')} --url ORIGIN --key KEY [--home ASSISTANT-FOLDER] [--years N] [--add KINDS | --decline KINDS] [--json] < PIN on standard input`;

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
      add: { type: 'string' },
      decline: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { url, key, home, json, add, decline } = values;
  const years = Number(values.years);
  const journey = journeys.find((one) => one === positionals.join(' '));
  const bothWays = add !== undefined && decline !== undefined;
  if (!journey || !url || !key || !Number.isInteger(years) || bothWays) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const wish = { ...(add && { add: add.split(',') }), ...(decline && { decline: decline.split(',') }) };
  const assistant = await openAssistant(
    openHome(home ? { ...process.env, CERTDESK_ASSISTANT_HOME: home } : process.env),
  );
  try {
    checkKinds(wish);
    const [pin = ''] = (await text(process.stdin)).split(/\r?\n/);
    say(await runJourney(journey, { assistant, origin: url, key, pin, years, wish }), json);
    return 0;
  } catch (error) {
    if (error instanceof NotOnOffer) {
      process.stderr.write(`${error.message}\n`);
      return 2;
    }
    const known = asAssistantError(error);
    const unforeseen = known.code === 'internal' ? `\n${(error as Error).stack}` : '';
    process.stderr.write(`${known.sentence('zh')}\n${known.message} [${known.code}]${unforeseen}\n`);
    return 1;
  } finally {
    assistant.close();
  }
}

function say(result: JourneyResult, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const { journey, entity, added, steps, totalMs } = result;
  for (const { name, ms } of steps) process.stdout.write(`${name.padEnd(10)} ${ms} ms\n`);
  if (added.length > 0) process.stdout.write(`added      ${added.join(', ')}\n`);
  process.stdout.write(`${entity}: ${journey} done in ${totalMs} ms\n`);
}
