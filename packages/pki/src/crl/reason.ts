/** Reasons of revocation, RFC 5280 §5.3.1, by their numbers; 7 is not used. */
const numbers = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

export type CrlReason = keyof typeof numbers;

const names: ReadonlyMap<number, CrlReason> = new Map(
  (Object.keys(numbers) as CrlReason[]).map((name) => [numbers[name], name]),
);

export function reasonNumber(reason: CrlReason): number {
  return numbers[reason];
}

export function reasonOf(number: number): CrlReason | undefined {
  return names.get(number);
}
