import { openAuditKey } from '../audit/key.ts';
import { cmpProfiles, openCmp } from '../authority/cmp/settings.ts';
import { openIssuers } from '../authority/embedded/issuers.ts';
import { endingSoon, issuable } from '../authority/embedded/routing.ts';
import { readProfiles } from '../authority/profiles.ts';
import { readAmendmentKinds } from '../journeys/amendment/kinds.ts';
import { readRenewalKinds } from '../journeys/renewal/kinds.ts';
import { openKeyManagement } from '../keymanagement/open.ts';
import { readOrderSigner } from '../orders/signer.ts';
import { readCertificate } from '../platform/read-certificate.ts';
import { openRegisters } from '../registry/configured.ts';
import { readTwinSettings } from '../reissue/twins.ts';
import { readAgreement } from '../setup/agreement.ts';
import { readServedCodes } from '../setup/served-codes.ts';
import { checkResponderKeys } from '../status/responder-keys.ts';
import type { Command } from './command.ts';

/** Opens everything that a start would open, and changes nothing: for before a deployment. */
export const configCheck: Command = {
  usage: 'config check',
  does: 'Checks the configuration with all its files and keys, without starting anything',
  async run(context) {
    const configuration = await context.configuration();
    const passphrase = await context.passphrase();
    const { authority, audit, orders, agreement, renewal, served } = configuration;
    const { cmp, issuedBy } = authority;
    const foreign =
      authority.kind === 'cmp' && cmp ? await openCmp(cmp, passphrase, context.now()) : undefined;
    const issuers = foreign
      ? undefined
      : await openIssuers({ folder: authority.folder, passphrase, clock: context.now });
    await openAuditKey(audit.key, passphrase);
    await readOrderSigner(orders.key, passphrase);
    await readAgreement(agreement);
    if (served.codes !== undefined) await readServedCodes(served.codes);
    await openRegisters(configuration.registry, passphrase, context.now());
    if (configuration.keyManagement)
      await openKeyManagement(configuration.keyManagement, passphrase, context.now);
    await Promise.all([...authority.trustedRoots, ...authority.intermediates].map(readCertificate));
    const all = issuers?.all() ?? [];
    const read = readProfiles(authority.profiles, authority.identityNumberOids);
    const profiles = foreign
      ? cmpProfiles(read, authority.profiles !== undefined)
      : issuable(read, authority.profiles !== undefined, all, issuedBy, context.now());
    const kinds = readRenewalKinds(renewal, profiles);
    readAmendmentKinds(configuration.amendment, renewal, profiles);
    const withKeys = configuration.keyManagement !== undefined && !foreign;
    readTwinSettings(renewal.twinProfile, kinds, profiles, withKeys);
    const algorithms = all.map(({ signer }) => signer.algorithm);
    await checkResponderKeys(configuration.status.keys, passphrase, algorithms);
    for (const { name, certificate } of all) {
      if (certificate.keyUsage?.includes('cRLSign') === false)
        context.tell(
          `${name}: its certificate does not let it sign CRLs (cRLSign), so that nobody believes them.`,
        );
    }
    for (const said of endingSoon(profiles, all, issuedBy, context.now())) context.tell(said);
    await issuers?.close();
    context.say('The configuration is good.');
    return 0;
  },
};
