/** A service point as the list has it. */
export interface Point {
  /** No two points of a list have the same. */
  readonly name: string;
  readonly address: string;
  readonly hours: string;
  readonly phone: string;
  /** GB/T 2260: province, city and district, two digits each. */
  readonly division: string;
  /** What the district is called. */
  readonly district: string;
  readonly position: Position | null;
}

/** Decimal degrees, WGS 84. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}
