import { day, inFours } from '@certdesk/contract/format';
import type { CertificateView, HeldCertificate } from '../../src/local/views.ts';
import { useWords } from '../words/words.tsx';
import type { Words } from '../words/zh.ts';
import { Facts } from './facts.tsx';

/** A container's certificates as the one that they are for their owner: what they share is said once. */
export function CertificateFacts({ held }: { held: HeldCertificate }) {
  const words = useWords();
  const all = [held.signing, held.encryption].filter((one) => one !== null);
  const [first] = all;
  if (!first) return null;
  const { entityName, identityNumbers } = first;
  const each = (name: string, text: (one: CertificateView) => string): [string, string][] =>
    new Set(all.map(text)).size === 1
      ? [[name, text(first)]]
      : all.map((one) => [words.ofRole(name, words.role[one.use]), text(one)]);
  return (
    <>
      <Facts
        rows={[
          [words.fact.entity, entityName],
          ...identityNumbers.map(({ kind, value }): [string, string] => [words.number[kind], inFours(value)]),
          ...each(words.fact.serial, ({ serialNumber }) => inFours(serialNumber.toUpperCase())),
          ...each(words.fact.validity, ({ notBefore, notAfter }) =>
            words.until(day(notBefore), day(notAfter)),
          ),
          ...each(words.fact.issuer, ({ issuer }) => issuer),
          ...each(words.fact.algorithm, ({ algorithm }) => algorithm.toUpperCase()),
        ]}
      />
      {held.encryption && <p class="quiet">{words.encryptionIsFor}</p>}
    </>
  );
}

/** What it is, and until when: several on one key differ in that. */
export function heldTitle(words: Words, { signing, encryption }: HeldCertificate): string {
  const name = signing && encryption ? words.use.both : words.use[signing ? 'signing' : 'encryption'];
  return words.validUntil(name, day((signing ?? encryption)?.notAfter ?? ''));
}
