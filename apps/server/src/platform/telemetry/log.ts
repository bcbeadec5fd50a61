import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/**
 * What must never stand in a log, should somebody log an object that holds it. The first line of defence is not to
 * log requests' headers and bodies at all.
 */
const secret = [
  'authorization',
  'cookie',
  'cookies',
  'token',
  'nonce',
  'attempt',
  'passphrase',
  'password',
  'pin',
  'adminPin',
  'privateKey',
  'databaseUrl',
  'connectionString',
  'body',
  'headers',
];

/**
 * The server's log: one JSON object a line.
 * @param destination default: standard output
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  const paths = secret.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '…' },
      serializers: { err: describeError },
    },
    destination ?? pino.destination(1),
  );
}

/** No more of an error than helps: a driver's error carries the statement's values, which are people's data. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error ? error.code : undefined;
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { type: error.name, code, message: error.message, stack: error.stack, ...cause };
}
