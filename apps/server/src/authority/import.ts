/** Taking certificates of the CA's former system into the register, so that their holders may sign in and renew. */
import { Certificate, certificateDigest, checkChain, PkiError, publicKeyDigest } from '@certdesk/pki';
import { record } from '../audit/record.ts';
import { DeskError } from '../platform/error.ts';
import { randomId } from '../platform/random.ts';
import type { Tx } from '../schema/database.ts';
import type { Authority } from './authority.ts';
import { beginLine, findOrMakeEntity } from './entities.ts';
import { entityNameOf, identityNumbersOf } from './summary.ts';

export interface Imported {
  readonly digest: string;
  readonly entityName: string;
  readonly serialNumber: string;
  readonly result: 'imported' | 'known';
}

/**
 * Takes one certificate in, in force. A signing certificate begins a line; an encryption certificate joins the line
 * of its signing twin, which has the same subject and must be there already.
 * @param input DER, PEM or base64
 * @throws DeskError `certificate-invalid`, `certificate-foreign` (no chain to a trusted root), `entity-numbers`,
 *   `certificate-without-twin`
 */
export async function importCertificate(
  tx: Tx,
  authority: Pick<Authority, 'intermediates' | 'roots'>,
  input: Uint8Array | string,
  actor: string,
  now: Date,
): Promise<Imported> {
  const certificate = parse(input);
  checkTrusted(certificate, authority, now);
  const digest = certificateDigest(certificate.der);
  const entityName = entityNameOf(certificate);
  const summary = { digest, entityName, serialNumber: certificate.serialNumber };
  const known = await tx
    .selectFrom('certificate')
    .select('id')
    .where('digest', '=', digest)
    .executeTakeFirst();
  if (known) return { ...summary, result: 'known' };

  const entityId = await findOrMakeEntity(
    tx,
    { name: entityName, numbers: identityNumbersOf(certificate) },
    now,
  );
  const use = useOf(certificate);
  const lineId =
    use === 'signing' ? await beginLine(tx, entityId, now) : await lineOfTwin(tx, entityId, certificate);
  await tx
    .insertInto('certificate')
    .values({
      id: randomId(),
      line_id: lineId,
      entity_id: entityId,
      digest,
      der: certificate.der,
      serial_number: certificate.serialNumber,
      issuer: certificate.issuer.toString(),
      public_key_digest: publicKeyDigest(certificate.publicKey),
      use,
      profile: 'imported',
      state: 'in-force',
      source: 'imported',
      not_before: certificate.notBefore,
      not_after: certificate.notAfter,
      issued_at: certificate.notBefore,
      state_changed_at: now,
      revocation_reason: null,
      superseded_by: null,
    })
    .execute();
  const data = {
    serialNumber: certificate.serialNumber,
    issuer: certificate.issuer.toString(),
    line: lineId,
  };
  await record(tx, { actor, action: 'certificate.imported', subject: `certificate:${digest}`, data }, now);
  return { ...summary, result: 'imported' };
}

function parse(input: Uint8Array | string): Certificate {
  try {
    return Certificate.parse(input);
  } catch (error) {
    if (error instanceof PkiError) throw new DeskError('certificate-invalid', {}, { cause: error });
    throw error;
  }
}

/** An expired certificate is taken as well: it may still be renewed. It is judged as of its last moment. */
function checkTrusted(
  certificate: Certificate,
  authority: Pick<Authority, 'intermediates' | 'roots'>,
  now: Date,
): void {
  const chain = checkChain(certificate, {
    intermediates: authority.intermediates().map((der) => Certificate.parse(der)),
    roots: authority.roots().map((der) => Certificate.parse(der)),
    at: certificate.notAfter < now ? certificate.notAfter : now,
  });
  if (!chain.ok) throw new DeskError('certificate-foreign', { reason: chain.reason });
}

function useOf({ keyUsage }: Certificate): 'signing' | 'encryption' {
  return keyUsage === undefined || keyUsage.includes('digitalSignature') ? 'signing' : 'encryption';
}

async function lineOfTwin(tx: Tx, entityId: string, twin: Certificate): Promise<string> {
  const rows = await tx
    .selectFrom('certificate')
    .select(['line_id', 'der'])
    .where('entity_id', '=', entityId)
    .where('use', '=', 'signing')
    .where('state', '=', 'in-force')
    .execute();
  const signing = rows.filter(({ der }) => Certificate.parse(der).subject.equals(twin.subject));
  // Twins are issued together; of several lines with the same subject the one with the same validity is meant.
  const exact = signing.filter(
    ({ der }) => Certificate.parse(der).notAfter.getTime() === twin.notAfter.getTime(),
  );
  const [line, ...others] = exact.length > 0 ? exact : signing;
  if (!line?.line_id || others.length > 0) throw new DeskError('certificate-without-twin');
  return line.line_id;
}
