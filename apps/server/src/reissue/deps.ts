/** What a journey that reissues certificates gives to the parts it shares with others. */
import type { IdentityKind, Order, SignedType } from '@certdesk/contract';
import type { IdentityNumberOid } from '@certdesk/pki';
import type { z } from 'zod';
import type { ServedRule } from '../access/served.ts';
import type { Authority } from '../authority/authority.ts';
import type { caseEngine } from '../cases/engine.ts';
import type { KeyManagement } from '../keymanagement/port.ts';
import type { OrderDesk } from '../orders/orders.ts';
import type { Clock } from '../platform/clock.ts';
import type { Registry } from '../registry/registry.ts';
import type { Db } from '../schema/database.ts';
import type { Reissue, ReissueData, RequestInput } from './data.ts';
import type { ReissueEffect, ReissueEvent } from './steps.ts';

/** A journey's engine, as far as these parts move its cases. */
export type ReissueEngine = Omit<
  ReturnType<typeof caseEngine<Reissue['state'], ReissueEvent, ReissueEffect, ReissueData, RequestInput>>,
  'table'
>;

/** What the old key signs for a request, as this journey words it. */
export interface RequestStatement {
  readonly type: SignedType;
  readonly schema: z.ZodType;
  /**
   * What stands in the statement beside origin, order, case, nonce, certificate and request.
   * @returns undefined where the order does not say what the case says
   * @throws DeskError `order-unknown` for an order of another journey
   */
  confirmedIn(
    order: Order,
    reissue: Reissue,
    input: RequestInput,
  ): Readonly<Record<string, unknown>> | undefined;
}

/** What all journeys that reissue are built on. */
export interface ReissueParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orders: OrderDesk;
  readonly authority: Authority;
  readonly registry: Registry;
  readonly served: ServedRule;
  /** Where encryption pairs come from; undefined: no profile in use asks for any. */
  readonly keys: KeyManagement | undefined;
  /** Undefined: the table that @certdesk/pki knows. */
  readonly identityNumberOids: readonly IdentityNumberOid[] | undefined;
}

export interface ReissueDeps extends ReissueParts {
  readonly engine: ReissueEngine;
  readonly statement: RequestStatement;
}

/** How the register is asked, by configuration. */
export interface RegisterSettings {
  /** Kinds of number that a certificate may take in, in the order in which holders are asked. */
  readonly offeredNumbers: readonly IdentityKind[];
  /** How old the register's answer may be when the holder decides. */
  readonly registryMaxAgeHours: number;
  /** A silent register is asked again so often. */
  readonly registryRetryMinutes: number;
}
