/** What a journey that reissues certificates gives to the parts it shares with others, and what it gets. */
import type { Case, ConfirmRequest, IdentityKind, Order, SignedType } from '@certdesk/contract';
import type { IdentityNumberOid } from '@certdesk/pki';
import type { z } from 'zod';
import type { ServedRule } from '../access/served.ts';
import type { Holder } from '../access/session.ts';
import type { Authority } from '../authority/authority.ts';
import type { caseEngine } from '../cases/engine.ts';
import type { CaseJourney } from '../cases/journey.ts';
import type { KeyManagement } from '../keymanagement/port.ts';
import type { OrderDesk } from '../orders/orders.ts';
import type { Clock } from '../platform/clock.ts';
import type { Registry } from '../registry/registry.ts';
import type { Db } from '../schema/database.ts';
import type { Reissue, ReissueData, RequestInput } from './data.ts';
import type { ReissueEffect, ReissueEvent } from './steps.ts';
import type { ReissueWriter } from './write.ts';

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

/** The holder's side of such a journey, beside what every journey has. */
export interface ReissueJourney extends CaseJourney {
  /** Asks the register for a case that still waits for it; any other is left alone. For a job. */
  askIfSilent(caseId: string): Promise<void>;
  show(holder: Holder, id: string): Promise<Case>;
  /** The holder does not want to wait for the job. */
  askAgain(holder: Holder, id: string): Promise<void>;
  /**
   * The holder confirms what he was shown, and decides about the numbers on offer.
   * @throws DeskError `comparison-changed`, `confirmations-missing`, `numbers-undecided`, `number-not-offered`
   */
  confirm(holder: Holder, id: string, seen: ConfirmRequest): Promise<void>;
  readonly writer: ReissueWriter;
}

/** Such journeys by the name that their cases carry. */
export type ReissueJourneys = Readonly<Record<string, ReissueJourney>>;

/** How the register is asked, by configuration. */
export interface RegisterSettings {
  /** Kinds of number that a certificate may take in, in the order in which holders are asked. */
  readonly offeredNumbers: readonly IdentityKind[];
  /** How old the register's answer may be when the holder decides. */
  readonly registryMaxAgeHours: number;
  /** A silent register is asked again so often. */
  readonly registryRetryMinutes: number;
}
