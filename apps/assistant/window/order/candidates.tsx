import { day, inFours } from '@certdesk/contract/format';
import type { Candidate } from '../../src/local/views.ts';
import { useWords } from '../words/words.tsx';
import type { Words } from '../words/zh.ts';

interface Props {
  readonly certificates: readonly Candidate[];
  readonly chosen: string | null;
  readonly onChoose: (digest: string) => void;
}

/** Several certificates to choose from; none is chosen for the holder. */
export function Candidates({ certificates, chosen, onChoose }: Props) {
  const words = useWords();
  return (
    <fieldset>
      <legend>{words.which}</legend>
      <p class="quiet">{whichHint(words, certificates)}</p>
      {certificates.map((one) => (
        <label key={one.certificate.digest} class="choice">
          <input
            type="radio"
            name="which"
            checked={one.certificate.digest === chosen}
            disabled={one.pin.flag === 'locked'}
            onChange={() => onChoose(one.certificate.digest)}
          />
          <CandidateText candidate={one} serial />
        </label>
      ))}
    </fieldset>
  );
}

interface TextProps {
  readonly candidate: Candidate;
  /** Two certificates of one company differ in little else. */
  readonly serial?: boolean;
}

export function CandidateText({ candidate: { certificate, key, pin }, serial = false }: TextProps) {
  const words = useWords();
  const { entityName, notBefore, notAfter, serialNumber } = certificate;
  return (
    <span class="candidate">
      <strong>{entityName}</strong>
      <span class="quiet">{words.keyNamed(key.label || key.serial)}</span>
      <span class="quiet">
        {words.fact.validity} {words.until(day(notBefore), day(notAfter))}
      </span>
      {serial && (
        <span class="quiet">
          {words.fact.serial} {inFours(serialNumber.toUpperCase())}
        </span>
      )}
      {pin.flag === 'locked' && <span class="grave">{words.locked}</span>}
    </span>
  );
}

/** Several keys, or several certificates on one: what to go by. */
function whichHint(words: Words, certificates: readonly Candidate[]): string {
  const keys = new Set(certificates.map(({ key }) => `${key.ref} ${key.serial}`)).size;
  return keys > 1 ? words.severalKeys(keys) : words.severalCertificates(certificates.length);
}
