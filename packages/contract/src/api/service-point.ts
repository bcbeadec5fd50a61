import { z } from 'zod';

/** GB/T 2260: province, city and district, two digits each. */
export const Division = z.string().regex(/^\d{6}$/);

export const District = z.strictObject({ division: Division, name: z.string() });
export type District = z.infer<typeof District>;

/** A counter that holders are pointed to. */
export const ServicePoint = z.strictObject({
  name: z.string(),
  address: z.string(),
  hours: z.string(),
  phone: z.string(),
  district: District,
  /** Decimal degrees, WGS 84 (the datum of GPS and of geo: URIs, RFC 5870; not GCJ-02). Null: not known. */
  position: z.strictObject({ latitude: z.number(), longitude: z.number() }).nullable(),
  /** Metres from the middle of the asked division's own points. Null: these or this one have no position. */
  distance: z.int().nullable(),
});
export type ServicePoint = z.infer<typeof ServicePoint>;

/** None of it is needed: without a division all points in the order of their divisions. */
export const ServicePointsQuery = z.strictObject({
  division: Division.optional(),
  limit: z.coerce.number().int().min(1).max(100).optional(),
});

export const ServicePoints = z.strictObject({
  /** Nearest first: of the same district, city, province, then others. */
  points: z.array(ServicePoint),
  /** How many there are, where `limit` left some out. */
  total: z.int(),
  /** Districts that have a point, to choose from, in the order of their divisions. */
  districts: z.array(District),
});
export type ServicePoints = z.infer<typeof ServicePoints>;
