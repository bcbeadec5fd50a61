import { type KeyDriver, KeyError } from '@certdesk/token';
import { expect, it } from 'vitest';
import { KeyStore, MemoryDriver } from '../test-support/memory-key.test-support.ts';
import { KeyRing } from './ring.ts';

const broken: KeyDriver = {
  family: 'skf',
  list: () => Promise.reject(new KeyError('library-missing')),
  open: () => Promise.reject(new KeyError('library-missing')),
  watch: () => () => undefined,
};

it('shows the keys that are there in spite of a driver that cannot list its own, and its trouble where none are', async () => {
  const store = new KeyStore();
  store.addPair('old');
  const both = new KeyRing([broken, new MemoryDriver(store)]);
  expect(await both.survey()).toHaveLength(1);
  both.close();
  const alone = new KeyRing([broken]);
  await expect(alone.survey()).rejects.toMatchObject({ code: 'library-missing' });
  alone.close();
});
