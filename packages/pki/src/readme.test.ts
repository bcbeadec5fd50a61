import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import * as pki from './index.ts';

it('the example in the README runs', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const imported =
    /import \{(.*?)\}/s
      .exec(example)?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean) ?? [];
  const body = example.replace(/import .*?;\n/s, '');
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...values: unknown[]) => Promise<void>;
  const exported = new Map<string, unknown>(Object.entries(pki));
  const log = vi.fn();
  await new AsyncFunction(...imported, 'console', body)(...imported.map((name) => exported.get(name)), {
    log,
  });
  expect(log).toHaveBeenCalledWith(['CN=示例有限公司,C=CN', 'CN=示例根,O=示例认证,C=CN']);
});
