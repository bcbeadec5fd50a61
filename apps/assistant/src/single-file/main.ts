/** What runs first in the single executable: nothing of the assistant before it is clear that this is no library's host. */
import { isNativeHost, runNativeHost } from '@certdesk/native';
import { nativeBindings } from '@certdesk/token';
import { unpackedKoffi } from './koffi.ts';

async function main(): Promise<void> {
  if (isNativeHost()) return runNativeHost({ bindings: nativeBindings, koffi: unpackedKoffi });
  const { runCommand } = await import('../cli/run.ts');
  process.exitCode = await runCommand(process.argv.slice(2), process.env);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
