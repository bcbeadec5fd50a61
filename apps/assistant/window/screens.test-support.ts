/**
 * Every screen of the window, as walks from one to the next: `show` brings a screen about, `shows` is what it is known
 * by. A walk's window is opened once.
 */
import type { WriteStep } from '@certdesk/contract';
import { Sm2PrivateKey } from '@certdesk/gm';
import { type KeyDriver, KeyError } from '@certdesk/token';
import type { Locator, Page } from 'playwright-core';
import { AssistantError } from '../src/errors.ts';
import { KeyStore, MemoryDriver } from '../src/test-support/memory-key.test-support.ts';
import { candidate, certificate, Desk, pins, several, twins, twoOnOneKey } from './examples.test-support.ts';
import { Script } from './script.test-support.ts';
import type { Assistant, Language, Opener, Stage } from './stage.test-support.ts';
import { en } from './words/en.ts';
import { type Words, zh } from './words/zh.ts';

export interface Scene {
  readonly page: Page;
  readonly words: Words;
  readonly script: Script;
  readonly assistant: Assistant;
  readonly opener: Opener | undefined;
  readonly desk: Desk;
  readonly language: Language;
  readonly store: KeyStore;
  readonly driver: MemoryDriver;
}

export interface Screen {
  readonly name: string;
  show?(scene: Scene): Promise<unknown> | unknown;
  shows(scene: Scene): Locator;
  /** On the way to the next; another walk has looked at it. */
  readonly seen?: true;
}

interface Walk {
  readonly name: string;
  /** Who opens the window; `user` opens the own one. */
  readonly by: 'desk' | 'stranger' | 'nobody' | 'user';
  readonly order?:
    | 'signIn'
    | 'renewal'
    | 'renewalOfTwins'
    | 'renewalWithNumbers'
    | 'amendment'
    | 'amendmentOfTwins'
    | 'tidy';
  /** A second key that nobody can read, and no desk. */
  readonly shelf?: boolean;
  readonly screens: readonly Screen[];
}

const heading = (text: (words: Words) => string) => (scene: Scene) =>
  scene.page.getByRole('heading', { level: 1, name: text(scene.words), exact: true });
const heading3 = (text: (words: Words) => string) => (scene: Scene) =>
  scene.page.getByRole('heading', { level: 3, name: text(scene.words), exact: true });
const said =
  (text: (words: Words) => string) =>
  ({ page, words }: Scene) =>
    page.getByText(text(words), { exact: true });

const alerted =
  (text: (words: Words) => string) =>
  ({ page, words }: Scene) =>
    page.getByRole('alert').filter({ hasText: text(words) });

const wanted = (code: Parameters<Script['wantKey']>[0]): Screen => ({
  name: `key wanted, ${code}`,
  show: ({ script }) => script.wantKey(code),
  shows: heading(({ keyTitle }) => keyTitle[code]),
});
const held = { signing: certificate, encryption: null };
const working = (step: WriteStep, text: (words: Words) => string = ({ steps }) => steps[step]): Screen => ({
  name: `working, ${step}`,
  show: ({ script }) => script.work(step),
  shows: ({ page, words }) => page.locator('[aria-current=step]', { hasText: text(words) }),
});
const wrong = (problem: 'incorrect' | 'format' | 'last-try', pin: keyof typeof pins): Screen => ({
  name: `PIN, ${problem}`,
  show: ({ script }) => script.askPin([candidate(pins[pin])], { problem }),
  shows: alerted(({ problem: text }) => text[problem]),
});

const order: Walk[] = [
  {
    name: 'nobody opened it',
    by: 'nobody',
    screens: [{ name: 'no opener', shows: said(({ noOpener }) => noOpener) }],
  },
  {
    name: 'before an order',
    by: 'stranger',
    screens: [{ name: 'empty', shows: said(({ waitingLead }) => waitingLead) }],
  },
  {
    name: 'renewal',
    by: 'desk',
    order: 'renewal',
    screens: [
      wanted('key-missing'),
      wanted('order-other-key'),
      wanted('key-no-certificate'),
      {
        name: 'PIN for a renewal',
        show: ({ script }) => script.askPin([candidate()]),
        shows: heading(({ pinTitle }) => pinTitle.renewal),
      },
      wrong('incorrect', 'low'),
      wrong('format', 'untold'),
      wrong('last-try', 'final'),
      {
        name: 'PIN, tries not told',
        show: ({ script }) => script.askPin([candidate(pins.untold)]),
        shows: said(({ triesUnknown }) => triesUnknown),
      },
      {
        name: 'PIN, mistyped lately',
        show: ({ script }) => script.askPin([candidate(pins.untoldLow)]),
        shows: said(({ triesLow }) => triesLow),
      },
      {
        name: 'PIN, incorrect and low',
        show: ({ script }) => script.askPin([candidate(pins.untoldLow)], { problem: 'incorrect' }),
        shows: alerted(({ triesUnknown }) => triesUnknown),
      },
      {
        name: 'PIN, final try',
        show: ({ script }) => script.askPin([candidate(pins.untoldFinal)]),
        shows: ({ page, words }) => page.getByLabel(words.lastTry),
      },
      {
        name: 'taken up',
        show: ({ script }) => script.work(null),
        shows: said(({ takingUp }) => takingUp),
      },
      working('generate'),
      wanted('key-removed'),
      {
        name: 'PIN again',
        show: ({ script }) => script.askPin([candidate()], { again: true }),
        shows: said(({ again }) => again),
      },
      working('issue'),
      {
        name: 'waiting for the server',
        show: ({ script }) => script.work('issue', { waitingForServer: true }),
        shows: said(({ waitingForServer }) => waitingForServer),
      },
      working('write'),
      working('prove'),
      working('tidy'),
      {
        name: 'renewed',
        show: ({ script }) => script.finish({ purpose: 'renewal', certificate: held }),
        shows: heading(({ doneTitle }) => doneTitle.renewal),
      },
    ],
  },
  {
    name: 'renewal of twins, for the pairs that are there',
    by: 'desk',
    order: 'renewalOfTwins',
    screens: [
      {
        name: 'PIN for twins',
        show: ({ script }) => script.askPin([candidate()]),
        shows: said(({ twinLead }) => twinLead),
      },
      {
        name: 'PIN, perhaps the same pair',
        show: ({ script }) => script.askPin([{ ...candidate(), samePair: 'unknown' }]),
        shows: said(({ samePair }) => samePair.unknown),
      },
      {
        name: 'PIN, the same pair',
        show: ({ script }) => script.askPin([{ ...candidate(), samePair: 'certain' }]),
        shows: said(({ samePair }) => samePair.certain),
      },
      {
        name: 'working for the same pair',
        show: ({ script }) => script.work('prove', { samePair: true }),
        shows: ({ page, words }) => page.getByText(words.stepNow(2, 4, words.steps.prove), { exact: true }),
      },
      {
        name: 'twins renewed',
        show: ({ script }) => script.finish({ purpose: 'renewal', certificate: twins }),
        shows: said(({ encryptionIsFor }) => encryptionIsFor),
      },
    ],
  },
  {
    name: 'renewal whose certificate is not at hand',
    by: 'desk',
    order: 'renewal',
    screens: [
      {
        name: 'renewed, certificate not at hand',
        show: ({ script }) => script.finish({ purpose: 'renewal', certificate: null }),
        shows: heading(({ doneTitle }) => doneTitle.renewal),
      },
    ],
  },
  {
    name: 'renewal that takes numbers in',
    by: 'desk',
    order: 'renewalWithNumbers',
    screens: [
      {
        name: 'PIN for a renewal with numbers',
        show: ({ script }) => script.askPin([candidate()]),
        shows: heading3(({ comesIn }) => comesIn),
      },
    ],
  },
  {
    name: 'amendment',
    by: 'desk',
    order: 'amendment',
    screens: [
      {
        name: 'PIN for an amendment',
        show: ({ script }) => script.askPin([candidate()]),
        shows: said(({ amendmentLead }) => amendmentLead),
      },
      {
        name: 'amendment taken up',
        show: ({ script }) => script.work(null),
        shows: heading(({ workingTitle }) => workingTitle.amendment),
      },
      {
        name: 'amending, prove',
        show: ({ script }) => script.work('prove'),
        shows: ({ page, words }) => page.getByText(words.stepNow(2, 3, words.steps.prove), { exact: true }),
      },
      {
        name: 'amending, write',
        show: ({ script }) => script.work('write'),
        shows: ({ page, words }) => page.getByText(words.stepNow(3, 3, words.steps.write), { exact: true }),
      },
      {
        name: 'amended',
        show: ({ script }) => script.finish({ purpose: 'amendment', certificate: held }),
        shows: heading(({ doneTitle }) => doneTitle.amendment),
      },
    ],
  },
  {
    name: 'amendment of twins',
    by: 'desk',
    order: 'amendmentOfTwins',
    screens: [
      {
        name: 'PIN for an amendment of twins',
        show: ({ script }) => script.askPin([candidate()]),
        shows: said(({ amendmentTwinLead }) => amendmentTwinLead),
      },
    ],
  },
  {
    name: 'sign-in',
    by: 'desk',
    order: 'signIn',
    screens: [
      wanted('region-not-served'),
      {
        name: 'several keys',
        show: ({ script }) => script.askPin(several),
        shows: said(({ which }) => which),
      },
      {
        name: 'PIN, none chosen',
        show: ({ page, words }) => page.getByRole('button', { name: words.agree['sign-in'] }).click(),
        shows: said(({ whichMissing }) => whichMissing),
      },
      {
        name: 'signing',
        show: ({ script }) => script.work('sign'),
        shows: heading(({ workingSignIn }) => workingSignIn),
      },
      {
        name: 'signed in',
        show: ({ script }) =>
          script.finish({
            purpose: 'sign-in',
            statement: { payload: 'AAAA', signature: 'AAAA' },
            certificate: 'AAAA',
          }),
        shows: heading(({ doneTitle }) => doneTitle['sign-in']),
      },
    ],
  },
  {
    name: 'sign-in with a key that was renewed',
    by: 'desk',
    order: 'signIn',
    screens: [
      {
        name: 'two certificates on a key',
        show: ({ script }) => script.askPin(twoOnOneKey),
        shows: said(({ severalCertificates }) => severalCertificates(2)),
      },
    ],
  },
  {
    name: 'tidying',
    by: 'desk',
    order: 'tidy',
    screens: [
      {
        name: 'PIN for tidying',
        show: ({ script }) => script.askPin([candidate()]),
        shows: heading(({ pinTitle }) => pinTitle.tidy),
      },
      working('tidy', ({ tidyStep }) => tidyStep),
      {
        name: 'tidied',
        show: ({ script }) => script.finish({ purpose: 'tidy' }),
        shows: heading(({ doneTitle }) => doneTitle.tidy),
      },
    ],
  },
  ...(
    ['key-no-room', 'key-no-twin', 'assistant-no-server', 'pin-locked', 'key-library-missing'] as const
  ).map(
    (code): Walk => ({
      name: `a failure, ${code}`,
      by: 'desk',
      order: 'renewal',
      screens: [
        {
          name: `failed, ${code}`,
          show: async ({ script }) => {
            await script.wantKey('key-missing');
            script.fail(new AssistantError(code));
          },
          shows: ({ page }) => page.getByText(code),
        },
      ],
    }),
  ),
  {
    name: 'an order while another is carried out',
    by: 'desk',
    screens: [
      {
        name: 'refused, order-busy',
        show: async ({ assistant, script, opener, desk, language }) => {
          await Promise.all([assistant.occupy(desk.renewal(), desk.origin), script.wantKey('key-missing')]);
          await opener?.hand(desk.renewal(), language);
        },
        shows: ({ page }) => page.getByText('order-busy'),
      },
    ],
  },
  {
    name: 'an order that nobody signed',
    by: 'desk',
    screens: [
      {
        name: 'refused',
        show: ({ opener, desk, language }) => {
          const { payload, signature } = desk.renewal();
          return opener?.hand({ payload: payload.replace(/^..../, 'eyB7'), signature }, language);
        },
        shows: ({ page }) => page.getByText('order-forged'),
      },
    ],
  },
  {
    name: 'declining',
    by: 'desk',
    order: 'renewal',
    screens: [
      { ...wanted('key-missing'), seen: true },
      {
        name: 'declined',
        show: ({ page, words }) => page.getByRole('button', { name: words.decline }).click(),
        shows: heading(({ declinedTitle }) => declinedTitle),
      },
    ],
  },
  {
    name: 'an assistant that was closed',
    by: 'desk',
    order: 'signIn',
    screens: [
      { ...wanted('key-missing'), seen: true },
      {
        name: 'gone',
        show: ({ assistant }) => assistant.stop(),
        shows: heading(({ gone }) => gone),
      },
    ],
  },
];

/** A key that lets nobody read it, as when another program holds it; its name has a space, as a file's may. */
export const troubled: KeyDriver = {
  family: 'skf',
  list: async () => [
    {
      family: 'skf',
      ref: 'C:\\Program Files\\key 2',
      label: '',
      manufacturer: 'Example Security Technologies Company Limited',
      model: 'K-2',
      serial: '8800123456789012345678901234',
      algorithms: ['sm2'],
      room: 'unknown',
      pin: { flag: 'unknown' },
      adminPin: { flag: 'unknown' },
      can: { importEncryptionKey: false, files: false, unblockByChallenge: false },
    },
  ],
  open: async () => {
    throw new KeyError('key-busy');
  },
  watch: () => () => undefined,
};

type FieldName = 'pin' | 'oldPin' | 'newPin' | 'newPinAgain';
const field =
  (name: FieldName) =>
  ({ page, words }: Scene) =>
    page.getByLabel(words[name], { exact: true });
/** Opens a form of the key that stands last. */
const press =
  (kind: 'verify' | 'change') =>
  ({ page, words }: Scene) =>
    page.getByRole('button', { name: words.pinForm[kind] }).last().click();
const type = (fields: Partial<Record<FieldName, string>>) => async (scene: Scene) => {
  for (const [name, text] of Object.entries(fields) as [FieldName, string][])
    await field(name)(scene).fill(text);
  await scene.page.locator('form button.main').click();
};
const change = { oldPin: 'Secret-2468', newPin: 'Secret-1', newPinAgain: 'Secret-1' };

const own: Walk[] = [
  {
    name: 'keys and PINs',
    by: 'user',
    screens: [
      { name: 'no key', shows: said(({ keysIn }) => keysIn(0)) },
      {
        name: 'key without a certificate',
        show: ({ driver }) => driver.insert(),
        shows: said(({ noCertificates }) => noCertificates),
      },
      {
        name: 'one key',
        show: async ({ driver, store, desk }) => {
          driver.pull();
          store.setCertificate('one', await desk.certify(store.addPair('one')));
          driver.insert();
        },
        shows: said(({ fact }) => fact.serial),
      },
      { name: 'PIN to check', show: press('verify'), shows: field('pin') },
      {
        name: 'PIN wrong',
        show: type({ pin: 'Wrong-1' }),
        shows: alerted(({ problem }) => problem.incorrect),
      },
      {
        name: 'PIN right',
        show: type({ pin: 'Secret-2468' }),
        shows: said(({ pinDone }) => pinDone.verify),
      },
      { name: 'PIN to change', show: press('change'), shows: field('oldPin') },
      {
        name: 'new PINs differ',
        show: type({ ...change, newPinAgain: 'Secret-2' }),
        shows: alerted(({ pinsDiffer }) => pinsDiffer),
      },
      {
        name: 'new PIN too short',
        show: type({ ...change, newPin: 'S', newPinAgain: 'S' }),
        shows: alerted(({ newPinFormat }) => newPinFormat),
      },
      { name: 'PIN changed', show: type(change), shows: said(({ pinDone }) => pinDone.change) },
      {
        name: 'last try of the own window',
        show: async (scene) => {
          scene.store.tries = 2;
          await press('change')(scene);
          await type({ ...change, oldPin: 'Wrong-1' })(scene);
        },
        shows: ({ page, words }) => page.getByLabel(words.lastTry),
      },
      {
        name: 'last try not confirmed',
        show: type({ ...change, oldPin: 'Wrong-1' }),
        shows: alerted(({ lastTryMissing }) => lastTryMissing),
      },
      {
        name: 'key locked',
        show: async (scene) => {
          await scene.page.getByLabel(scene.words.lastTry).check();
          await type({ ...change, oldPin: 'Wrong-1' })(scene);
        },
        shows: ({ page, words }) => page.locator('.card > .note', { hasText: words.problem.locked }),
      },
      {
        name: 'own window gone',
        show: ({ assistant }) => assistant.restart(),
        shows: heading(({ gone }) => gone),
      },
    ],
  },
  {
    name: 'keys of all sorts, and no desk',
    by: 'user',
    shelf: true,
    screens: [
      {
        name: 'own, busy key',
        show: async ({ driver, store, desk }) => {
          for (const name of ['one', 'two'])
            store.setCertificate(name, await desk.certify(store.addPair(name)));
          driver.insert();
        },
        shows: said(({ keysIn }) => keysIn(2)),
      },
      {
        name: 'own, twins',
        show: async ({ driver, store, desk }) => {
          driver.pull();
          const key = Sm2PrivateKey.generate();
          const pair = store.containers.get('one');
          if (pair) pair.twin = { key, certificate: await desk.certify(key.publicKey.toSpki()) };
          driver.insert();
        },
        shows: said(({ encryptionIsFor }) => encryptionIsFor),
      },
    ],
  },
];

export const walks: readonly Walk[] = [...order, ...own];

/** Opens a walk's window, before its first screen. */
export async function begin(
  stage: Stage,
  { by, order: purpose, shelf }: Walk,
  language: Language,
): Promise<Scene> {
  const desk = new Desk(stage.origins.desk);
  const script = new Script();
  const store = new KeyStore();
  const driver = new MemoryDriver(store);
  driver.pull();
  const assistant = await stage.assistant({
    language,
    run: script.run,
    desks: shelf ? [] : [desk],
    drivers: shelf ? [driver, troubled] : [driver],
  });
  const words = language === 'zh' ? zh : en;
  const common = { words, script, assistant, desk, language, store, driver };
  if (by === 'user')
    return { ...common, opener: undefined, page: await stage.visit(await assistant.ownAddress()) };
  if (by === 'nobody') {
    return { ...common, opener: undefined, page: await stage.visit(`${assistant.origin}/window`) };
  }
  const opener = await stage.opener(stage.origins[by]);
  const page = await opener.open(assistant);
  if (by === 'desk') await opener.hear('certdesk ready');
  if (purpose) await opener.hand(desk[purpose](), language);
  return { ...common, opener, page };
}
