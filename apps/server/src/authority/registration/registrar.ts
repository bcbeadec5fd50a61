import type { IssuedCertificate, SignedRegistration } from '@certdesk/contract';
import type { z } from 'zod';
import { inBatches } from '../../platform/batch.ts';
import type { Clock } from '../../platform/clock.ts';
import { DeskError } from '../../platform/error.ts';
import type { Db } from '../../schema/database.ts';
import type { BulkAuthority } from '../embedded/embedded.ts';
import { admit, type Candidate } from './admission.ts';
import { intentFor, readRequest } from './request.ts';

export interface Registrar {
  /**
   * Issues the certificate that a registration client asks for. The same request again gives the same certificate.
   * @throws DeskError `client-unknown` (also: not enabled), `signature-invalid`, `statement-invalid`, `client-clock`,
   *   `client-profile`, `client-limit`, `request-signature`, `request-key`, `request-key-used`, `request-invalid`,
   *   `request-id-reused`, `term-not-offered`
   */
  register(signed: z.infer<typeof SignedRegistration>): Promise<z.infer<typeof IssuedCertificate>>;
}

export function registrar(deps: { db: Db; authority: BulkAuthority; clock: Clock }): Registrar {
  const { db, authority, clock } = deps;
  /** A client's key never changes, so it is read once. Whether the client is enabled is asked at every request. */
  const publicKeys = new Map<string, Uint8Array>();
  const admitTogether = inBatches<Candidate, string>((candidates) =>
    admit(db, authority, candidates, clock()),
  );

  async function publicKeyOf(client: string): Promise<Uint8Array> {
    const known = publicKeys.get(client);
    if (known) return known;
    const row = await db
      .selectFrom('registration_client')
      .select('public_key')
      .where('id', '=', client)
      .executeTakeFirst();
    if (!row) throw new DeskError('client-unknown');
    publicKeys.set(client, row.public_key);
    return row.public_key;
  }

  return {
    async register(signed) {
      // The column's text holds no U+0000, so a name with one is nobody's.
      if (signed.client.includes('\0')) throw new DeskError('client-unknown');
      const publicKey = await publicKeyOf(signed.client);
      const now = clock();
      const request = readRequest(signed, publicKey, now);
      const intent = intentFor(request, authority.notAfter, now);
      const intentId = await admitTogether({ client: request.client, intent });
      const { der, issuer } = await authority.finish(intentId);
      return { certificate: base64(der), chain: authority.chain(issuer).map(base64) };
    },
  };
}

function base64(der: Uint8Array): string {
  return Buffer.from(der).toString('base64');
}
