/**
 * `<library> <host> <wait|hang|end|close>`: starts a library, prints its process's id, then waits, with the library
 * hanging or idle, ends, or closes the library and ends with 7.
 */
import type { TestFunctions } from './binding.test-support.ts';
import { startNative } from './index.ts';

const [, , path = '', program = '', how = ''] = process.argv;
const native = startNative<TestFunctions>({
  binding: { name: 'test', module: () => new URL('file:///unused') },
  options: { path },
  program,
});
const pid = await native.call('pid', []);
if (how === 'hang') native.call('hang', [], { deadlineMs: Number.POSITIVE_INFINITY }).catch(() => {});
process.stdout.write(`${pid}\n`);
if (how === 'wait') setInterval(() => {}, 1_000);
if (how === 'close') {
  await native.close();
  process.exitCode = 7;
}
