import { AssistantError } from '../errors.ts';
import { findPair } from '../keys/pairs.ts';
import { writeCertificates, writeTwin } from './certificates.ts';
import { isProved, issuedFor, prove, type ReissuedPair, type ReissueWork, reissued } from './reissue.ts';

/**
 * The pair that is there gets new certificates: in an amendment, and in a renewal for want of room. The old ones stay on it,
 * in force, until it has proved itself for the new ones; these are public, and are written after the proof as often as it
 * takes. A key that was stopped after that carries the new ones already, and is known by its public key all the same.
 * @throws AssistantError `order-other-key` when the key does not hold the pair; KeyError
 */
export async function recertify(work: ReissueWork): Promise<ReissuedPair> {
  const { key, order, state, progress } = work;
  const old = await findPair(key, order.key);
  if (!old) throw new AssistantError('order-other-key', { entityName: order.confirmed.entityName });
  progress('issue');
  const { container, pair } = old;
  const issued = await issuedFor(work, old, { container, publicKey: pair.publicKey });
  // An amendment changes no pair, so that none can come with its certificates.
  if (order.purpose === 'amendment' && issued.twin?.envelope) throw new AssistantError('certificate-invalid');
  work.onIssued(order.key);
  const fresh = reissued(container, issued);
  if (!isProved(state)) {
    // A first encryption pair comes into an empty place, and changes nothing that is in use.
    if (issued.twin?.envelope) await writeTwin(key, container, issued.twin);
    await prove(work, fresh);
  }
  progress('write');
  await writeCertificates(key, container, issued);
  return fresh;
}
