import { randomBytes } from 'node:crypto';
import { Certificate, checkChain, publicKeyDigest, toPem, verifyByKey } from '@certdesk/pki';
import type { Assistant } from '../assistant.ts';
import { AssistantError } from '../errors.ts';
import { DeskClient } from './desk-client.ts';
import { holderWith } from './holder.ts';
import { type Step, stopwatch } from './stopwatch.ts';

export interface RenewalResult {
  readonly journey: 'renewal';
  readonly caseId: string;
  readonly entity: string;
  /** PEM. */
  readonly before: { readonly certificate: string };
  readonly after: { readonly certificates: readonly string[] };
  /** The new certificate's issuers up to the root, PEM. */
  readonly issuers: readonly string[];
  readonly steps: readonly Step[];
  readonly totalMs: number;
}

export interface RenewalOptions {
  readonly assistant: Assistant;
  readonly origin: string;
  readonly key: string;
  readonly pin: string;
  readonly years: number;
}

/**
 * A whole renewal through the public API and the assistant's own order code.
 * @throws AssistantError with the code of what stood in the way; also when the key does not sign with the new certificate
 */
export async function runRenewal(options: RenewalOptions): Promise<RenewalResult> {
  const { assistant, origin, key, pin, years } = options;
  const watch = stopwatch();
  const desk = new DeskClient(origin);
  const holder = holderWith(assistant, key, pin);

  const old = await watch.step('sign-in', async () => {
    const outcome = await holder.carryOut(await desk.signInOrder(), origin);
    if (outcome.purpose !== 'sign-in') throw new AssistantError('order-unknown');
    await desk.signIn(outcome.statement, outcome.certificate);
    return Buffer.from(outcome.certificate, 'base64');
  });
  const opened = await watch.step('check', async () => {
    const { agreement } = await desk.renewalOffer();
    const found = await desk.openRenewal(agreement);
    if (found.referral) throw new AssistantError('comparison-differs');
    if (!found.comparison) throw new AssistantError('case-state');
    return desk.confirm(found.id, found.comparison);
  });
  await watch.step('term', () => desk.chooseTerm(opened.id, years));
  const fresh = await watch.step('write', async () => {
    const outcome = await holder.carryOut(await desk.order(opened.id), origin);
    if (outcome.purpose !== 'renewal' || !outcome.newCertificate) throw new AssistantError('case-state');
    return outcome.newCertificate;
  });
  const { issuers, encryption } = await watch.step('verify', async () => {
    const { state } = await desk.case(opened.id);
    if (state !== 'done') throw new AssistantError('case-state');
    const issuers = issuersOf(fresh, await desk.authority());
    const encryption = await checkKey(assistant, key, pin, fresh);
    return { issuers, encryption };
  });

  const { steps, totalMs } = watch.result();
  const pem = (der: Uint8Array) => toPem('CERTIFICATE', der);
  return {
    journey: 'renewal',
    caseId: opened.id,
    entity: opened.entityName,
    before: { certificate: pem(old) },
    after: { certificates: [fresh, ...(encryption ? [encryption] : [])].map(pem) },
    issuers: issuers.map(pem),
    steps,
    totalMs,
  };
}

/** The certificates above this one, up to its root. */
function issuersOf(
  certificate: Uint8Array,
  desk: Awaited<ReturnType<DeskClient['authority']>>,
): Uint8Array[] {
  const parse = (list: readonly string[]) => list.map((der) => Certificate.parse(Buffer.from(der, 'base64')));
  const trusted = { intermediates: parse(desk.intermediates), roots: parse(desk.roots) };
  const result = checkChain(Certificate.parse(certificate), { ...trusted, at: new Date() });
  if (!result.ok) throw new AssistantError('certificate-foreign');
  return result.chain.slice(1).map(({ der }) => der);
}

/**
 * The key itself is asked: it holds the new certificate, of the old one nothing but an encryption key, and signs with the
 * new key.
 * @returns the encryption certificate beside it, if there is one
 */
async function checkKey(
  assistant: Assistant,
  name: string,
  pin: string,
  der: Uint8Array,
): Promise<Uint8Array | undefined> {
  const { publicKey } = Certificate.parse(der);
  for (const { driver, info, containers } of await assistant.ring.survey()) {
    if (![info.ref, `${info.family}:${info.ref}`, info.serial].includes(name)) continue;
    const signing = containers.filter(({ signing }) => signing !== undefined);
    const carries = (certificate?: Uint8Array) =>
      certificate !== undefined && Buffer.compare(certificate, der) === 0;
    const only = signing.find((container) => carries(container.signing?.certificate));
    // A former container may stay for its encryption key alone.
    const others = signing.filter((container) => container !== only && !container.encryption);
    if (!only || others.length > 0) throw new AssistantError('key-failed');
    const key = await driver.open(info.ref);
    try {
      await key.verifyPin(pin);
      const message = randomBytes(32);
      const signature = await key.sign(only.name, message);
      if (!verifyByKey(publicKey, message, signature)) throw new AssistantError('signature-invalid');
      return only.encryption?.certificate;
    } finally {
      await key.logout().catch(() => undefined);
      await key.close();
    }
  }
  throw new AssistantError('key-missing', { key: publicKeyDigest(publicKey) });
}
