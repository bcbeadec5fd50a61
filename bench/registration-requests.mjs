// Requests for certificates, made beforehand: a fresh key pair and PKCS#10 request each, signed by a registration client.

import { randomUUID } from 'node:crypto';
import { signedOctets, signedTypes } from '@certdesk/contract';
import { buildRequest, generateSoftwareKey, Name, softwareSigner, toPem } from '@certdesk/pki';
import { cfsslRequest } from './cfssl.mjs';
import { request } from './connection.mjs';

export const CLIENT = 'bench';

/** @typedef {ReturnType<typeof generateSoftwareKey>} KeyPair */

/**
 * @param {'sm2' | 'p256'} algorithm
 * @param {KeyPair} client its key pair
 * @param {number} count
 * @returns {Promise<Buffer[]>} as they go over the wire; good for five minutes
 */
export async function registrationRequests(algorithm, client, count) {
  const signer = softwareSigner(client.privateKey);
  const requests = [];
  for (let at = 0; at < count; at += 1) {
    const asked = {
      client: CLIENT,
      requestId: randomUUID(),
      at: new Date().toISOString(),
      profile: `entity-signing-${algorithm}`,
      request: Buffer.from(await freshRequest(algorithm)).toString('base64'),
      entityName: `上海示例贸易第${at}有限公司`,
      identityNumbers: [{ kind: 'organizationCode', value: String(100_000_000 + at) }],
      years: 1,
    };
    const payload = Buffer.from(JSON.stringify(asked));
    const signature = await signer.sign(signedOctets(signedTypes.registration, payload));
    const statement = {
      payload: payload.toString('base64'),
      signature: Buffer.from(signature).toString('base64'),
    };
    requests.push(request('POST', '/api/registration/certificates', { client: CLIENT, statement }));
  }
  return requests;
}

/**
 * @param {number} count
 * @returns {Promise<Buffer[]>} for cfssl: keys on P-256
 */
export async function cfsslRequests(count) {
  const requests = [];
  for (let at = 0; at < count; at += 1)
    requests.push(cfsslRequest(toPem('CERTIFICATE REQUEST', await freshRequest('p256'))));
  return requests;
}

/** @param {'sm2' | 'p256'} algorithm */
async function freshRequest(algorithm) {
  const subject = Name.of([
    { type: 'C', value: 'CN' },
    { type: 'CN', value: 'as the client says' },
  ]);
  return buildRequest({ subject, signer: softwareSigner(generateSoftwareKey(algorithm).privateKey) });
}
