/** The store of encryption pairs: a pool of spare ones, those in use, and the history. */
import { Sm2PrivateKey } from '@certdesk/gm';
import { envelopKey, PkiError, publicKeyDigest } from '@certdesk/pki';
import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import { DeskError } from '../../platform/error.ts';
import { randomId } from '../../platform/random.ts';
import type { KeyManagement } from '../port.ts';
import { type EncryptionPairTable, type KeyDb, type KeyTx, recordKey } from './database.ts';
import type { StorageKey } from './sealing.ts';

export interface PairStoreOptions {
  readonly db: KeyDb;
  readonly storageKey: StorageKey;
  /** How many spare pairs are kept. */
  readonly spare: number;
  readonly clock: Clock;
}

export interface PairStore extends Omit<KeyManagement, 'recover'> {
  /** Makes spare pairs until there are enough; of several processes one does it. @returns how many it made */
  fill(): Promise<number>;
}

type Pair = Pick<Selectable<EncryptionPairTable>, 'id' | 'public_key' | 'public_key_digest' | 'sealed'>;
export const pairColumns = ['id', 'public_key', 'public_key_digest', 'sealed'] as const;

/** The only way out of here for a private key. @param signingKey SubjectPublicKeyInfo of the receiver, DER */
export function envelopPair(storageKey: StorageKey, pair: Pair, signingKey: Uint8Array): Uint8Array {
  const name = { id: pair.id, publicKeyDigest: pair.public_key_digest };
  return envelopKey(storageKey.open(name, pair.sealed), signingKey);
}

export function pairStore({ db, storageKey, spare, clock }: PairStoreOptions): PairStore {
  async function addPair(tx: KeyTx): Promise<Pair> {
    const key = Sm2PrivateKey.generate();
    const publicKey = key.publicKey.toSpki();
    const id = randomId();
    const digest = publicKeyDigest(publicKey);
    return tx
      .insertInto('encryption_pair')
      .values({
        id,
        public_key: publicKey,
        public_key_digest: digest,
        sealed: storageKey.seal({ id, publicKeyDigest: digest }, key),
        state: 'spare',
        made_at: clock(),
        given_at: null,
        retired_at: null,
      })
      .returning(pairColumns)
      .executeTakeFirstOrThrow();
  }

  async function takeSpare(tx: KeyTx): Promise<Pair> {
    const found = await tx
      .selectFrom('encryption_pair')
      .select(pairColumns)
      .where('state', '=', 'spare')
      .orderBy('made_at')
      .orderBy('id')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    // A pool that ran dry holds nobody up: a pair takes a millisecond.
    return found ?? addPair(tx);
  }

  /** One at a time for each intent, so that two who ask at once get the same pair. */
  async function lockIntent(tx: KeyTx, intent: string) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`keymanagement ${intent}`}, 0))`.execute(tx);
    return tx.selectFrom('pair_intent').selectAll().where('intent', '=', intent).executeTakeFirst();
  }

  async function pairFor(tx: KeyTx, intent: string, signingKeyDigest: string): Promise<Pair> {
    const known = await lockIntent(tx, intent);
    if (known) {
      if (known.retired) throw new DeskError('encryption-pair-bound', { reason: `it is ${known.retired}` });
      if (known.signing_key_digest !== signingKeyDigest)
        throw new DeskError('encryption-pair-bound', { reason: 'it is for another signing key' });
      return tx
        .selectFrom('encryption_pair')
        .select(pairColumns)
        .where('id', '=', known.pair_id)
        .executeTakeFirstOrThrow();
    }
    const pair = await takeSpare(tx);
    const at = clock();
    await tx
      .updateTable('encryption_pair')
      .set({ state: 'in-use', given_at: at })
      .where('id', '=', pair.id)
      .execute();
    const bound = { intent, pair_id: pair.id, signing_key_digest: signingKeyDigest };
    await tx
      .insertInto('pair_intent')
      .values({ ...bound, retired: null, at })
      .execute();
    const data = { intent, signingKey: signingKeyDigest, publicKey: pair.public_key_digest };
    await recordKey(tx, { actor: 'desk', action: 'pair.given', subject: `pair:${pair.id}`, data }, at);
    return pair;
  }

  function checkReceiver(signingKey: Uint8Array): void {
    try {
      envelopKey(Sm2PrivateKey.generate(), signingKey);
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      throw new DeskError('key-management-refused', { reason: error.message }, { cause: error });
    }
  }

  return {
    async give(intent, signingKey) {
      checkReceiver(signingKey);
      const digest = publicKeyDigest(signingKey);
      const pair = await db.transaction().execute((tx) => pairFor(tx, intent, digest));
      return { id: pair.id, publicKey: pair.public_key, envelope: envelopPair(storageKey, pair, signingKey) };
    },

    async retire(intent, reason) {
      await db.transaction().execute(async (tx) => {
        const known = await lockIntent(tx, intent);
        if (known?.retired) return;
        const at = clock();
        if (!known) {
          const nothing = { intent, pair_id: null, signing_key_digest: null };
          await tx
            .insertInto('pair_intent')
            .values({ ...nothing, retired: reason, at })
            .execute();
          return;
        }
        await tx.updateTable('pair_intent').set({ retired: reason }).where('intent', '=', intent).execute();
        await tx
          .updateTable('encryption_pair')
          .set({ state: 'history', retired_at: at })
          .where('id', '=', known.pair_id)
          .execute();
        const entry = { actor: 'desk', action: 'pair.retired', subject: `pair:${known.pair_id}` };
        await recordKey(tx, { ...entry, data: { intent, reason } }, at);
      });
    },

    async count() {
      const rows = await db
        .selectFrom('encryption_pair')
        .select((select) => ['state', select.fn.countAll<string>().as('pairs')])
        .groupBy('state')
        .execute();
      const of = (state: string) => Number(rows.find((row) => row.state === state)?.pairs ?? 0);
      return { spare: of('spare'), inUse: of('in-use'), history: of('history') };
    },

    async fill() {
      let made = 0;
      // Each in a commit of its own: a stop loses nothing, and nobody waits for a long transaction.
      while (await db.transaction().execute(addIfMissing)) made += 1;
      return made;
    },
  };

  async function addIfMissing(tx: KeyTx): Promise<boolean> {
    const { rows: lock } = await sql<{ got: boolean }>`
      select pg_try_advisory_xact_lock(hashtext('keymanagement pool')) as got`.execute(tx);
    if (!lock[0]?.got) return false; // another process is at it
    const { there } = await tx
      .selectFrom('encryption_pair')
      .select((select) => select.fn.countAll<string>().as('there'))
      .where('state', '=', 'spare')
      .executeTakeFirstOrThrow();
    if (Number(there) >= spare) return false;
    await addPair(tx);
    return true;
  }
}
