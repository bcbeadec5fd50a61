import type { Case, IdentityKind } from '@certdesk/contract';
import { toPem } from '@certdesk/pki';
import type { Assistant } from '../assistant.ts';
import { AssistantError } from '../errors.ts';
import { decide, NotOnOffer, type Wish } from './decision.ts';
import { type Decided, DeskClient } from './desk-client.ts';
import { type Holder, holderWith } from './holder.ts';
import { type Step, stopwatch } from './stopwatch.ts';
import { checkKey, checkNumbers, checkSame, encryptionBeside, issuersOf } from './verify.ts';

export const journeys = ['renewal', 'amendment'] as const;
export type Journey = (typeof journeys)[number];

export interface JourneyResult {
  readonly journey: Journey;
  readonly caseId: string;
  readonly entity: string;
  /** Kinds of number that came into the certificate, and of those on offer that were left out. */
  readonly added: readonly IdentityKind[];
  readonly declined: readonly IdentityKind[];
  /** PEM. */
  readonly before: { readonly certificate: string };
  readonly after: { readonly certificates: readonly string[] };
  /** The new certificate's issuers up to the root, PEM. */
  readonly issuers: readonly string[];
  readonly steps: readonly Step[];
  readonly totalMs: number;
}

export interface JourneyOptions {
  readonly assistant: Assistant;
  readonly origin: string;
  readonly key: string;
  readonly pin: string;
  /** Of a renewal. */
  readonly years: number;
  readonly wish: Wish;
}

/**
 * A whole journey through the public API and the assistant's own order code.
 * @throws NotOnOffer; AssistantError with the code of what stood in the way; also when the key does not sign with the new
 *   certificate, or that is not what was asked for
 */
export async function runJourney(journey: Journey, options: JourneyOptions): Promise<JourneyResult> {
  const { assistant, origin, key, pin, years, wish } = options;
  const watch = stopwatch();
  const desk = new DeskClient(origin);
  const holder = holderWith(assistant, key, pin);

  const old = await watch.step('sign-in', () => signIn(desk, holder));
  const oldEncryption = await encryptionBeside(assistant, key, old);
  const { opened, decided } = await watch.step('check', async () => {
    const found = await openCase(journey, desk);
    return confirm(desk, found, wish);
  });
  if (journey === 'renewal') await watch.step('term', () => desk.chooseTerm(opened.id, years));
  const fresh = await watch.step('write', async () => {
    const outcome = await holder.carryOut(await desk.order(opened.id), origin);
    if (outcome.purpose !== journey || !outcome.newCertificate) throw new AssistantError('case-state');
    return outcome.newCertificate;
  });
  const { issuers, encryption } = await watch.step('verify', async () => {
    const { state } = await desk.case(opened.id);
    if (state !== 'done') throw new AssistantError('case-state');
    const issuers = issuersOf(fresh, await desk.authority());
    const encryption = await checkKey(assistant, key, pin, fresh);
    for (const one of encryption ? [fresh, encryption] : [fresh]) checkNumbers(old, one, decided.added);
    if (journey === 'amendment') {
      checkSame(old, fresh);
      if ((encryption === undefined) !== (oldEncryption === undefined))
        throw new AssistantError('key-failed');
      if (encryption && oldEncryption) checkSame(oldEncryption, encryption);
    }
    return { issuers, encryption };
  });

  const { steps, totalMs } = watch.result();
  const pem = (der: Uint8Array) => toPem('CERTIFICATE', der);
  return {
    journey,
    caseId: opened.id,
    entity: opened.entityName,
    ...decided,
    before: { certificate: pem(old) },
    after: { certificates: [fresh, ...(encryption ? [encryption] : [])].map(pem) },
    issuers: issuers.map(pem),
    steps,
    totalMs,
  };
}

/** @returns the certificate that was signed in with, DER */
async function signIn(desk: DeskClient, holder: Holder): Promise<Uint8Array> {
  const outcome = await holder.carryOut(await desk.signInOrder(), desk.origin);
  if (outcome.purpose !== 'sign-in') throw new AssistantError('order-unknown');
  await desk.signIn(outcome.statement, outcome.certificate);
  return Buffer.from(outcome.certificate, 'base64');
}

async function openCase(journey: Journey, desk: DeskClient): Promise<Case> {
  if (journey === 'amendment') return desk.openAmendment();
  const { agreement } = await desk.renewalOffer();
  return desk.openRenewal(agreement);
}

/** @throws NotOnOffer, and the case is cancelled: the next try begins anew */
async function confirm(
  desk: DeskClient,
  found: Case,
  wish: Wish,
): Promise<{ opened: Case; decided: Decided }> {
  const { id, journey, comparison } = found;
  if (found.referral) throw new AssistantError('comparison-differs');
  if (!comparison) throw new AssistantError('case-state');
  try {
    const decided = decide(comparison, wish);
    if (journey === 'amendment' && decided.added.length === 0)
      throw new NotOnOffer(`Nothing to add. On offer: ${decided.declined.join(', ') || 'nothing'}.`);
    return { opened: await desk.confirm(id, comparison, decided), decided };
  } catch (error) {
    if (error instanceof NotOnOffer && found.open) await desk.cancel(id);
    throw error;
  }
}
