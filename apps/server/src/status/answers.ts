/**
 * What the OCSP responder answers. The register is asked each time, so that a revocation is told at once on every node; an
 * answer that says the same as one that was signed a while ago is that one, because signing is what takes time.
 */
import {
  buildOcspResponse,
  type CertId,
  namesIssuer,
  type OcspCertStatus,
  type OcspError,
  type OcspRequest,
  ocspErrorResponse,
  PkiError,
  parseOcspRequest,
} from '@certdesk/pki';
import type { Issuers } from '../authority/embedded/issuers.ts';
import type { IssuingCa } from '../authority/embedded/open.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../schema/database.ts';
import { reasonIn } from './lists.ts';
import type { Responders } from './responders.ts';
import { clockMs, earlier, type StatusSettings, wholeSecond } from './settings.ts';

export interface OcspAnswer {
  /** OCSPResponse, DER. */
  readonly der: Uint8Array;
  /** Set where anybody may keep it: from when until when. */
  readonly keep?: { readonly from: Date; readonly until: Date };
}

/** @param request OCSPRequest, DER @returns an answer to whatever comes */
export type AnswerOcsp = (request: Uint8Array) => Promise<OcspAnswer>;

const refusal = (error: OcspError): OcspAnswer => ({ der: ocspErrorResponse(error) });
export const malformed: OcspAnswer = refusal('malformedRequest');

/** So many signed answers are kept in memory, some 1.5 KB each. */
const keptAnswers = 8192;

export function ocspAnswers(deps: {
  readonly db: Db;
  readonly clock: Clock;
  readonly issuers: Issuers;
  readonly responders: Responders;
  readonly settings: StatusSettings;
  /** Told why an answer was not possible. */
  readonly onTrouble: (error: unknown) => void;
}): AnswerOcsp {
  const { db, clock, issuers, settings } = deps;
  const kept = new Map<string, Required<OcspAnswer>>();
  const halfMs = (settings.ocspMinutes * 60_000) / 2;

  /** Whose certificates are asked about; of several CAs the first one that is ours. */
  async function issuerIn(certIds: readonly CertId[]): Promise<IssuingCa | undefined> {
    const find = () => issuers.all().find((ca) => certIds.some((id) => namesIssuer(id, ca.certificate)));
    const known = find();
    if (known) return known;
    await issuers.refresh();
    return find();
  }

  async function statusesOf(ca: IssuingCa, certIds: readonly CertId[]): Promise<OcspCertStatus[]> {
    const own = certIds.filter((id) => namesIssuer(id, ca.certificate));
    const rows = await db
      .selectFrom('certificate')
      .select(['serial_number', 'state', 'state_changed_at', 'revocation_reason'])
      .where('issuer', '=', ca.certificate.subject.toString())
      .where('serial_number', 'in', [...new Set(own.map(({ serialNumber }) => serialNumber))])
      .execute();
    const bySerial = new Map(rows.map((row) => [row.serial_number, row]));
    return certIds.map((id) => {
      const row = own.includes(id) ? bySerial.get(id.serialNumber) : undefined;
      if (!row) return { status: 'unknown' };
      if (row.state !== 'revoked' && row.state !== 'suspended') return { status: 'good' };
      return { status: 'revoked', at: wholeSecond(row.state_changed_at), ...reasonIn(row) };
    });
  }

  async function answer({ certIds, nonce }: OcspRequest): Promise<OcspAnswer> {
    const ca = await issuerIn(certIds);
    const now = clock();
    // RFC 5019 §2.2.3: not ours to say anything about. Nor is anything to be said in the name of a CA that is over.
    if (!ca || ca.certificate.notAfter <= now) return refusal('unauthorized');
    const statuses = await statusesOf(ca, certIds);
    const name = JSON.stringify([
      ca.name,
      certIds.map(({ der }) => Buffer.from(der).toString('base64')),
      statuses,
    ]);
    const known = nonce ? undefined : kept.get(name);
    if (known && known.keep.until.getTime() - now.getTime() > halfMs) return known;

    const responder = await deps.responders.of(ca);
    const from = wholeSecond(new Date(now.getTime() - clockMs));
    const until = earlier(
      wholeSecond(new Date(now.getTime() + settings.ocspMinutes * 60_000)),
      responder.certificate.notAfter,
    );
    const der = await buildOcspResponse({
      responses: certIds.map((id, at) => ({
        certId: id.der,
        status: statuses[at] ?? { status: 'unknown' },
        thisUpdate: from,
        nextUpdate: until,
      })),
      producedAt: wholeSecond(now),
      ...(nonce && { nonce }),
      signer: responder.signer,
      certificate: responder.certificate,
    });
    // What is unknown may be issued in the next moment.
    if (nonce || statuses.some(({ status }) => status === 'unknown')) return { der };
    const made = { der, keep: { from, until } };
    kept.delete(name);
    kept.set(name, made);
    if (kept.size > keptAnswers) kept.delete(kept.keys().next().value ?? '');
    return made;
  }

  return async (request) => {
    let parsed: OcspRequest;
    try {
      parsed = parseOcspRequest(request);
    } catch (error) {
      if (error instanceof PkiError) return malformed;
      throw error;
    }
    try {
      return await answer(parsed);
    } catch (error) {
      deps.onTrouble(error);
      return refusal('tryLater');
    }
  };
}
