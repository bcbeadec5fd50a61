/** What the window is shown in tests: certificates on keys, and orders of a desk. */
import { randomUUID } from 'node:crypto';
import { type IdentityNumber, identityKinds, type SignedOrder } from '@certdesk/contract';
import type { Candidate, CertificateView, HeldCertificate, PinView } from '../src/local/views.ts';
import { FakeDesk } from '../src/test-support/fake-desk.test-support.ts';

export const phrase = '蓝色茶壶在第三层架子上';
const entityName = '上海示例进出口贸易发展（集团）有限公司浦东新区第一分公司';
const identityNumbers: IdentityNumber[] = identityKinds.map((kind) => ({
  kind,
  value: '91310000631291289X',
}));

const added = identityNumbers.filter(({ kind }) => kind === 'socialInsurance' || kind === 'housingFund');

export const certificate: CertificateView = {
  digest: 'a1'.repeat(32),
  use: 'signing',
  entityName,
  identityNumbers,
  issuer: 'Example Certification Authority for Enterprises SM2 CA 3',
  serialNumber: '7012ab34cd56ef7890ab12cd34ef5678',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2027-01-31T16:00:00Z',
  algorithm: 'sm2',
};

/** A signing and an encryption certificate of one container. */
export const twins: HeldCertificate = {
  signing: certificate,
  encryption: {
    ...certificate,
    digest: 'f6'.repeat(32),
    use: 'encryption',
    serialNumber: '70139bc0ffee001122334455667788aa',
  },
};

const unspent: PinView = { tries: 6, maxTries: 6, flag: 'ok' };
export const pins = {
  low: { tries: 3, maxTries: 6, flag: 'low' },
  final: { tries: 1, maxTries: 6, flag: 'final' },
  locked: { tries: 0, maxTries: 6, flag: 'locked' },
  // As PKCS#11 has them: flags, and no numbers.
  untold: { tries: null, maxTries: null, flag: 'unknown' },
  untoldLow: { tries: null, maxTries: null, flag: 'low' },
  untoldFinal: { tries: null, maxTries: null, flag: 'final' },
} satisfies Record<string, PinView>;

const one: Candidate = {
  certificate,
  key: { ref: 'virtual:1', label: 'Longmai mToken', serial: '880012345678' },
  pin: unspent,
};

export const candidate = (pin: PinView = unspent): Candidate => ({ ...one, pin });

/** Two that can be chosen and a locked one between them. */
export const several: Candidate[] = [
  one,
  {
    certificate: { ...certificate, digest: 'b2'.repeat(32), entityName: '上海样板物流有限公司' },
    key: { ref: 'virtual:2', label: '', serial: '880087654321' },
    pin: pins.locked,
  },
  {
    certificate: { ...certificate, digest: 'c3'.repeat(32), entityName: '上海范例咨询有限公司' },
    key: { ref: 'virtual:3', label: 'Watchdata', serial: '' },
    pin: unspent,
  },
];

/** Two of one company on one key: it has been renewed, and the older one was left. */
export const twoOnOneKey: Candidate[] = [
  one,
  {
    ...one,
    certificate: {
      ...certificate,
      digest: 'e5'.repeat(32),
      serialNumber: '4f2c91d07b33aa1058e64f2c91d07b33',
      notBefore: '2025-01-01T00:00:00Z',
      notAfter: '2026-01-31T16:00:00Z',
    },
  },
];

const keyed = {
  case: { id: randomUUID(), number: 'R-20261124-000017' },
  key: 'd4'.repeat(32),
  certificate: certificate.digest,
};

/** A desk that signs orders for the pages of an origin; its server is never asked. */
export class Desk {
  readonly origin: string;
  readonly #desk = new FakeDesk();

  constructor(origin: string) {
    this.origin = origin;
    this.#desk.base = origin;
  }

  get trusted() {
    return { ...this.#desk.trusted, name: '法人一证通自助服务' };
  }

  /** Puts a certificate on a key, and under this desk's orders. */
  certify(publicKey: Uint8Array): Promise<Uint8Array> {
    return this.#desk.certify(publicKey);
  }

  signIn(): SignedOrder {
    return this.#desk.sign(this.#desk.signInOrder());
  }

  renewal(): SignedOrder {
    const order = this.#desk.renewalOrder();
    const confirmed = { ...order.confirmed, entityName, identityNumbers };
    return this.#desk.sign({ ...order, ...keyed, confirmed });
  }

  renewalOfTwins(): SignedOrder {
    this.#desk.twins = true;
    return this.renewal();
  }

  renewalWithNumbers(): SignedOrder {
    const order = this.#desk.renewalOrder();
    const confirmed = { ...order.confirmed, entityName, identityNumbers, added };
    return this.#desk.sign({ ...order, ...keyed, confirmed });
  }

  amendment(): SignedOrder {
    const order = this.#desk.amendmentOrder();
    const confirmed = { ...order.confirmed, entityName, identityNumbers, added };
    return this.#desk.sign({ ...order, ...keyed, confirmed, notAfter: certificate.notAfter });
  }

  amendmentOfTwins(): SignedOrder {
    this.#desk.twins = true;
    return this.amendment();
  }

  tidy(): SignedOrder {
    const leftovers = [{ container: 'case-1' }, { container: 'case-2' }];
    return this.#desk.sign({ ...this.#desk.tidyOrder(leftovers), ...keyed });
  }
}

export const idOf = ({ payload }: SignedOrder): string =>
  (JSON.parse(Buffer.from(payload, 'base64').toString()) as { id: string }).id;
