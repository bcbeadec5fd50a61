import { signedTypes } from '@certdesk/contract';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { browserTest } from '../../../test/support/browser.ts';
import { AssistantError, Declined } from '../src/errors.ts';
import type { RunOrder } from '../src/local/order-window.ts';
import { loadWindowPage } from '../src/local/page.ts';
import { verifiedStatement } from '../src/test-support/fake-desk.test-support.ts';
import { KeyStore, MemoryDriver } from '../src/test-support/memory-key.test-support.ts';
import { candidate, Desk, idOf, pins, several } from './examples.test-support.ts';
import { Script } from './script.test-support.ts';
import { type Heard, setStage } from './stage.test-support.ts';
import { en } from './words/en.ts';
import { zh as words } from './words/zh.ts';

const stage = setStage();

/** A window whose order the test carries out, opened by the desk's page. */
async function scripted(run?: RunOrder) {
  const desk = new Desk(stage.origins.desk);
  const script = new Script();
  const assistant = await stage.assistant({ run: run ?? script.run, desks: [desk] });
  const opener = await stage.opener(desk.origin);
  const popup = await opener.open(assistant);
  await opener.hear('certdesk ready');
  return { desk, script, assistant, opener, popup };
}

/** A window whose order is carried out with a key that holds one certificate. */
async function withKey() {
  const desk = new Desk(stage.origins.desk);
  const store = new KeyStore();
  store.setCertificate('one', await desk.certify(store.addPair('one')));
  const assistant = await stage.assistant({ desks: [desk], drivers: [new MemoryDriver(store)] });
  const opener = await stage.opener(desk.origin);
  const popup = await opener.open(assistant);
  await opener.hear('certdesk ready');
  return { desk, store, assistant, opener, popup };
}

const pinField = (page: Page) => page.getByLabel(words.pin, { exact: true });
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const title = (page: Page, name: string) =>
  page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const alert = (page: Page, text: string) => page.getByRole('alert').filter({ hasText: text }).waitFor();
const types = (heard: readonly Heard[]) =>
  heard.map(({ data }) => (typeof data === 'string' ? data : data.type));

async function givePin(page: Page, pin: string): Promise<void> {
  await pinField(page).fill(pin);
  await press(page, words.agree['sign-in']);
}

/** The field for the PIN has nothing in it, and the keyboard is there. */
async function waitsForPin(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const { activeElement } = document;
    return activeElement instanceof HTMLInputElement && activeElement.id && activeElement.value === '';
  });
}

browserTest('the window tells its version once to the exact origin of each trusted desk', async () => {
  const desks = [new Desk(stage.origins.desk), new Desk(stage.origins.other)];
  const assistant = await stage.assistant({ desks });
  for (const { origin } of desks) {
    const opener = await stage.opener(origin);
    const popup = await opener.open(assistant);
    await opener.hear('certdesk ready');
    expect(await opener.heard(popup)).toEqual([
      { origin: assistant.origin, data: { type: 'certdesk ready', version: '1.2.3' } },
    ]);
  }
});

browserTest('a page that is not trusted is told nothing and shown nothing', async () => {
  const desk = new Desk(stage.origins.desk);
  const script = new Script();
  const assistant = await stage.assistant({ run: script.run, desks: [desk] });
  const opener = await stage.opener(stage.origins.stranger);
  const popup = await opener.open(assistant);
  // Its effects have run: from here on it listens.
  await popup.waitForFunction((waiting) => document.title.startsWith(waiting), words.waiting);
  const asked: string[] = [];
  popup.on('request', (request) => asked.push(request.url()));
  await opener.hand(desk.renewal(), 'en');
  await opener.post({ type: 'certdesk close' });
  expect(await opener.heard(popup)).toEqual([]);
  await title(popup, words.waiting);
  expect(popup.isClosed()).toBe(false);
  expect(asked).toEqual([]);
  expect(script.begun).toBe(0);
});

browserTest('no page can frame the window, not even a trusted one', async () => {
  const desk = new Desk(stage.origins.desk);
  const assistant = await stage.assistant({ desks: [desk] });
  // Browsers that send no fetch metadata are told by headers alone: the same page, from a server that looks at nothing.
  const plain = await stage.serve(loadWindowPage(stage.folder));
  const { page } = await stage.opener(desk.origin);
  for (const address of [`${assistant.origin}/window`, `${plain}/window`]) {
    const answered = page.waitForResponse(address);
    const loaded = page.evaluate(
      (src) =>
        new Promise<void>((resolve) => {
          const frame = Object.assign(document.createElement('iframe'), {
            id: 'framed',
            onload: resolve,
            src,
          });
          document.body.append(frame);
        }),
      address,
    );
    expect((await answered).status()).toBe(address.startsWith(plain) ? 200 : 404);
    await loaded;
    const frame = await (await page.locator('#framed').elementHandle())?.contentFrame();
    expect(await frame?.locator('#app, h1').filter({ hasText: words.waiting }).count()).toBe(0);
    await page.locator('#framed').evaluate((element) => element.remove());
  }
  expect(await page.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([]);
});

browserTest('by another name than 127.0.0.1 there is nothing', async () => {
  const assistant = await stage.assistant({ desks: [new Desk(stage.origins.desk)] });
  const page = await stage.visit(`${assistant.origin}/window`);
  await title(page, words.waiting);
  // What a name that somebody points at this computer comes to: the browser sends that name as the host.
  const answer = await page.goto(`http://localhost:${assistant.port}/window`).catch(() => null);
  expect(answer?.status() ?? 404).toBe(404);
  expect(await page.locator('h1', { hasText: words.waiting }).count()).toBe(0);
});

browserTest('a page cannot ask the assistant anything itself', async () => {
  const desk = new Desk(stage.origins.desk);
  const assistant = await stage.assistant({ desks: [desk] });
  const { page } = await stage.opener(desk.origin);
  const asked = await page.evaluate(async (origin) => {
    const ask = (path: string, options: RequestInit) =>
      fetch(origin + path, options).then(
        ({ type, status }) => `${type} ${status}`,
        () => 'refused',
      );
    const headers = { 'content-type': 'application/json', 'x-certdesk-window': 'guess' };
    return Promise.all([
      ask('/window', {}),
      ask('/api/order/state', { method: 'POST', headers, body: '{"after":-1}' }),
      ask('/ticket', { method: 'POST', headers: { authorization: 'Bearer guess' } }),
      new Promise<string>((resolve) => {
        const script = document.createElement('script');
        Object.assign(script, { onload: () => resolve('ran'), onerror: () => resolve('refused') });
        script.src = `${origin}/window`;
        document.head.append(script);
      }),
    ]);
  }, assistant.origin);
  expect(asked).toEqual(['refused', 'refused', 'refused', 'refused']);
});

browserTest('only the page that opened the window is listened to', async () => {
  const { desk, script, opener, popup } = await scripted();
  const [, frame] = opener.page.frames();
  await frame?.evaluate(
    (messages) => {
      const { assistant } = parent as unknown as { assistant: Window };
      for (const message of messages) assistant.postMessage(message, '*');
    },
    [{ type: 'certdesk order', order: desk.renewal(), language: 'zh' }, { type: 'certdesk close' }],
  );
  await opener.heard(popup);
  await opener.post({ type: 'certdesk order', order: 'no order' });
  await opener.hand(desk.signIn());
  await script.askPin([candidate()]);
  await title(popup, words.pinTitle['sign-in']);
  expect(script.begun).toBe(1);
});

browserTest('a wrong PIN costs a try; the right one signs, and no page sees either', async () => {
  const { desk, store, assistant, opener, popup } = await withKey();
  const order = desk.signIn();
  await opener.hand(order);
  for (const [pin, tries] of [
    ['Wrong-1', 5],
    ['Wrong-2', 4],
  ] as const) {
    await givePin(popup, pin);
    await alert(popup, words.tries(tries));
    await waitsForPin(popup);
    expect(await popup.content()).not.toContain(pin);
  }
  await popup.getByLabel(words.show).check();
  await givePin(popup, store.pin);
  await title(popup, words.doneTitle['sign-in']);
  expect(await popup.content()).not.toContain(store.pin);

  const heard = await opener.heard(popup);
  expect(types(heard)).toEqual(['certdesk ready', 'certdesk taken', 'certdesk signed']);
  expect(new Set(heard.map(({ origin }) => origin))).toEqual(new Set([assistant.origin]));
  expect(JSON.stringify(heard)).not.toMatch(/Wrong-|Secret-/);
  const signed = heard.at(-1)?.data;
  if (typeof signed !== 'object' || signed.type !== 'certdesk signed') throw new Error('not signed');
  expect(signed.order).toBe(idOf(order));
  const certificate = Buffer.from(signed.certificate, 'base64');
  expect(verifiedStatement(signedTypes.signIn, signed.statement, certificate)).toMatchObject({
    origin: desk.origin,
    order: idOf(order),
  });
});

browserTest('the last try is used only by who says so', async () => {
  const { desk, store, opener, popup } = await withKey();
  store.tries = 1;
  await opener.hand(desk.signIn());
  await givePin(popup, store.pin);
  await alert(popup, words.lastTryMissing);
  expect(types(await opener.heard(popup))).toEqual(['certdesk ready']);
  await popup.getByLabel(words.lastTry).check();
  await givePin(popup, store.pin);
  await title(popup, words.doneTitle['sign-in']);
});

browserTest('the last try, used up, locks the key and ends the order', async () => {
  const { desk, store, opener, popup } = await withKey();
  store.tries = 1;
  await opener.hand(desk.signIn());
  await popup.getByLabel(words.lastTry).check();
  await givePin(popup, 'Wrong-1');
  await title(popup, words.failedTitle);
  expect((await opener.heard(popup)).at(-1)?.data).toMatchObject({
    type: 'certdesk failed',
    code: 'pin-locked',
  });
});

browserTest('a PIN that only became the last try while typing is asked for again', async () => {
  const { desk, script, opener, popup } = await scripted();
  await opener.hand(desk.signIn());
  await script.askPin([candidate(pins.untold)], { problem: 'last-try' });
  await alert(popup, words.problem['last-try']);
  await givePin(popup, 'Secret-1');
  await alert(popup, words.lastTryMissing);
});

browserTest('of several certificates none is chosen for the holder, and a locked key cannot be', async () => {
  const { desk, script, opener, popup } = await scripted();
  await opener.hand(desk.signIn());
  const { reply } = await script.askPin(several);
  await pinField(popup).fill('Secret-1');
  expect(await popup.locator('input:checked').count()).toBe(0);
  await press(popup, words.agree['sign-in']);
  await alert(popup, words.whichMissing);
  const choices = popup.getByRole('radio');
  expect(await choices.evaluateAll((radios) => radios.map((radio) => radio.matches(':disabled')))).toEqual([
    false,
    true,
    false,
  ]);
  await choices.nth(2).check();
  await pinField(popup).fill('');
  await press(popup, words.agree['sign-in']);
  await alert(popup, words.pinEmpty);
  await givePin(popup, 'Secret-1');
  expect(await reply).toEqual({
    certificate: several[2]?.certificate.digest,
    pin: 'Secret-1',
    confirmLastTry: false,
  });
});

browserTest('while the key is written to, nothing declines or closes the window', async () => {
  const { desk, script, assistant, opener, popup } = await scripted();
  const order = desk.tidy();
  await opener.hand(order);
  await script.askPin([candidate()]);
  await pinField(popup).fill('Secret-1');
  await press(popup, words.agree.tidy);
  await script.work('tidy');
  await popup.locator('[aria-current=step]').waitFor();
  expect(await popup.getByRole('button').count()).toBe(0);
  await opener.post({ type: 'certdesk close' });
  expect(types(await opener.heard(popup))).toEqual(['certdesk ready', 'certdesk taken']);
  const warned = popup.waitForEvent('dialog');
  await popup.close({ runBeforeUnload: true });
  const dialog = await warned;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  expect(popup.isClosed()).toBe(false);

  await script.finish({ purpose: 'tidy' });
  await title(popup, words.doneTitle.tidy);
  expect(await opener.heard(popup)).toEqual([
    { origin: assistant.origin, data: { type: 'certdesk finished', order: idOf(order) } },
  ]);
  const closed = popup.waitForEvent('close');
  await opener.post({ type: 'certdesk close' });
  await closed;
});

browserTest('who declines before the work has changed nothing, and the page is told', async () => {
  const { desk, script, opener, popup } = await scripted();
  const order = desk.renewal();
  await opener.hand(order);
  const { reply } = await script.askPin([candidate()]);
  const ended = expect(reply).rejects.toThrow(Declined);
  await press(popup, words.decline);
  await title(popup, words.declinedTitle);
  await ended;
  expect((await opener.heard(popup)).map(({ data }) => data)).toEqual([
    { type: 'certdesk ready', version: '1.2.3' },
    { type: 'certdesk declined', order: idOf(order) },
  ]);
  const closed = popup.waitForEvent('close');
  // The window may be gone before the browser reports the click.
  await press(popup, words.close).catch(() => undefined);
  await closed;
});

browserTest('who stops after the key was pulled out is not told that nothing was changed', async () => {
  const { desk, script, opener, popup } = await scripted();
  await opener.hand(desk.renewal());
  await script.work('issue');
  await script.askPin([candidate()], { again: true });
  await press(popup, words.later);
  await title(popup, words.stoppedTitle);
  expect(types(await opener.heard(popup)).at(-1)).toBe('certdesk declined');
});

browserTest('the page is told why an order failed', async () => {
  const { desk, script, opener, popup } = await scripted();
  const order = desk.renewal();
  await opener.hand(order);
  await script.work('write');
  await popup.locator('[aria-current=step]').waitFor();
  script.fail(new AssistantError('pin-incorrect', { tries: 2 }));
  await title(popup, words.failedTitle);
  expect((await opener.heard(popup)).at(-1)?.data).toEqual({
    type: 'certdesk failed',
    order: idOf(order),
    code: 'pin-incorrect',
    details: { tries: 2 },
  });
});

browserTest('a trusted page is told that its order was refused', async () => {
  const { script, opener, popup } = await scripted();
  const order = new Desk(stage.origins.desk).renewal();
  await opener.hand(order);
  await alert(popup, 'order-forged');
  expect((await opener.heard(popup)).at(-1)?.data).toMatchObject({
    type: 'certdesk failed',
    order: idOf(order),
    code: 'order-forged',
  });
  expect(script.begun).toBe(0);
});

browserTest('a window that is reloaded gives its order back and takes it anew', async () => {
  const [before, after] = [new Script(), new Script()];
  const { desk, opener, popup } = await scripted((trusted, dialogue) =>
    (before.begun === 0 ? before : after).run(trusted, dialogue),
  );
  const order = desk.renewal();
  await opener.hand(order);
  const { reply } = await before.askPin([candidate()]);
  const ended = expect(reply).rejects.toThrow(Declined);
  await pinField(popup).waitFor();
  await opener.heard(popup);
  await popup.reload();
  await ended;
  await opener.hear('certdesk ready');
  await opener.hand(order);
  await after.wantKey('key-missing');
  await title(popup, words.keyTitle['key-missing']);
});

browserTest('a window that the assistant no longer knows says so when the PIN is given', async () => {
  const { desk, script, assistant, opener, popup } = await scripted();
  await opener.hand(desk.signIn());
  await script.askPin([candidate()]);
  await pinField(popup).fill('Secret-1');
  await assistant.restart();
  await press(popup, words.agree['sign-in']);
  await title(popup, words.gone);
  expect(await popup.content()).not.toContain('Secret-1');
  expect((await opener.heard(popup)).at(-1)?.data).toMatchObject({ code: 'assistant-stopped' });
});

browserTest('the own window speaks the other language when asked to, and the next time too', async () => {
  const assistant = await stage.assistant();
  const page = await stage.visit(await assistant.ownAddress());
  await title(page, words.keys);
  await press(page, words.otherLanguage);
  await title(page, en.keys);
  // Set once the heading is painted.
  await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('en');
  await expect.poll(() => page.title()).toContain(en.keys);
  await stage.visit(await assistant.ownAddress());
  await title(page, en.keys);
});
