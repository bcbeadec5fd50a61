/** The server: reads its configuration, opens the desk, listens, and stops when it is told to. */
import { openDesk } from './desk.ts';
import { MigrationError } from './platform/database/migrate.ts';
import { DeskError } from './platform/error.ts';
import { createLog } from './platform/telemetry/log.ts';
import {
  configurationFileOf,
  databaseUrlOf,
  passphraseOf,
  readConfiguration,
} from './setup/configuration.ts';

try {
  const configuration = await readConfiguration(configurationFileOf(process.env));
  const passphrase = await passphraseOf(process.env);
  const log = createLog(configuration.logLevel);
  const desk = await openDesk({ configuration, databaseUrl: databaseUrlOf(process.env), passphrase, log });
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      log.info({ signal }, 'stopping');
      desk.stop().then(
        () => log.info('stopped'),
        (error: unknown) => {
          log.error({ err: error }, 'did not stop cleanly');
          process.exitCode = 1;
        },
      );
    });
  }
  const { host, port } = configuration.listen;
  const address = await desk.app.listen({ host, port });
  log.info({ address, origin: configuration.publicOrigin }, 'listening');
} catch (error) {
  // Before there is a log, and for whoever starts it by hand.
  const known = error instanceof DeskError || error instanceof MigrationError;
  process.stderr.write(`${known ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(1);
}
