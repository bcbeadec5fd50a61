/** The desk's journeys, wired. A new one is one folder and its lines here. */
import type { CertificateProfile } from '@certdesk/pki';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Gate } from './access/gate.ts';
import { amendmentDesk } from './journeys/amendment/amendment.ts';
import { amendmentEngine } from './journeys/amendment/engine.ts';
import { readAmendmentKinds } from './journeys/amendment/kinds.ts';
import { amendmentRoutes } from './journeys/amendment/routes.ts';
import { renewalEngine } from './journeys/renewal/engine.ts';
import { readRenewalKinds } from './journeys/renewal/kinds.ts';
import { renewalDesk } from './journeys/renewal/renewal.ts';
import { renewalRoutes } from './journeys/renewal/routes.ts';
import type { ReissueParts } from './reissue/deps.ts';
import type { ReissueJourneys } from './reissue/journey.ts';
import { readTwinSettings } from './reissue/twins.ts';
import type { Agreement } from './setup/agreement.ts';
import type { Configuration } from './setup/configuration.ts';

export interface OpenedJourneys {
  /** By the name that their cases carry. */
  readonly journeys: ReissueJourneys;
  /** What each asks of its holder that no other does. */
  routes(gate: Gate): FastifyPluginAsyncZod[];
}

/**
 * @param withTwins whether encryption pairs can be had for twin certificates
 * @throws DeskError `configuration-invalid` where the journeys' settings contradict the profiles, or each other
 */
export function openJourneys(
  parts: ReissueParts,
  { renewal: renewalSettings, amendment: amendmentSettings, check }: Configuration,
  profiles: ReadonlyMap<string, CertificateProfile>,
  agreement: Agreement,
  withTwins: boolean,
): OpenedJourneys {
  const kinds = readRenewalKinds(renewalSettings, profiles);
  const amendmentKinds = readAmendmentKinds(amendmentSettings, renewalSettings, profiles);
  const twins = readTwinSettings(renewalSettings.twinProfile, kinds, profiles, withTwins);
  const renewal = renewalDesk({
    ...parts,
    profiles,
    agreement,
    settings: { ...check, ...renewalSettings, kinds, twins },
    engine: renewalEngine({ ...parts, settings: renewalSettings }),
  });
  const amendment = amendmentDesk({
    ...parts,
    profiles,
    settings: { ...check, ...amendmentSettings, kinds: amendmentKinds, twins },
    engine: amendmentEngine({ ...parts, settings: amendmentSettings }),
  });
  return {
    journeys: { renewal, amendment },
    routes: (gate) => [renewalRoutes(renewal, gate), amendmentRoutes(amendment, gate)],
  };
}
