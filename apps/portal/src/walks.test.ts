import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { browserTest } from '../../../test/support/browser.ts';
import { amendmentOffer, amendments, found } from './fakes/amendment-examples.test-support.ts';
import { caseId, cases, newCertificate, offer, session } from './fakes/examples.test-support.ts';
import { setStage } from './fakes/stage.test-support.ts';

const stage = setStage();
const { desk, assistant } = stage;

/** Another program of this computer. */
async function listen(answer: RequestListener): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const heading = (page: Page, text: string) => page.locator('h1', { hasText: text }).waitFor();

/** Presses Tab until the element with this text has the focus; never uses the mouse. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(() => {
      const at = document.activeElement;
      return at instanceof HTMLInputElement ? at.closest('label')?.textContent : at?.textContent;
    });
    if (here?.includes(text)) return;
  }
  throw new Error(`“${text}” cannot be reached by Tab`);
}

const labelInFocus = (page: Page) =>
  page.evaluate(() => document.activeElement?.closest('label')?.textContent);

const posts = () => desk.requests.filter((request) => request.startsWith('POST') && request.includes(caseId));

async function finishWriting(): Promise<void> {
  for (const step of ['generate', 'issue', 'write', 'prove'] as const)
    desk.move({ state: 'issued', progress: { step, at: '2026-11-24T02:01:00Z' } });
  desk.move({ ...cases.proved });
  desk.move({ ...cases.done, updatedAt: '2026-11-24T02:10:00.000Z' });
}

describe('a renewal', () => {
  browserTest('can be done from start to receipt by keyboard alone', async () => {
    const page = await stage.open('/');
    await tabTo(page, '证书更新');
    await page.keyboard.press('Enter');
    await heading(page, '用 USB Key 登录');
    await tabTo(page, '打开密码助手并登录');
    await page.keyboard.press('Enter');
    await heading(page, '请阅读订户协议');
    // The new heading has the focus, so that a screen reader starts there.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await tabTo(page, '我已阅读并同意');
    await page.keyboard.press('Enter');
    await heading(page, '请核对单位信息');
    expect(await page.locator('input:checked').count()).toBe(0);
    await tabTo(page, '添加');
    await page.keyboard.press('Space');
    await tabTo(page, '一年');
    await page.keyboard.press('ArrowDown');
    assistant.answer = 'take';
    await tabTo(page, '输入密码并开始');
    await page.keyboard.press('Enter');
    await heading(page, '正在写入新证书');
    await finishWriting();
    await heading(page, '证书更新完成');
    const receipt = await page.locator('.receipt').innerText();
    expect(receipt).toContain('71B8 E602 4CD9 F5A3 301D');
    expect(receipt).toMatch(/1002 8837 5512 （本次添加）/);
    await expect.poll(() => page.title()).toContain('证书更新完成');
    expect(posts()).toEqual([
      `POST /cases/${caseId}/confirmations {"comparison":"${'d'.repeat(64)}","groups":["unit","socialInsurance","housingFund"],"added":["housingFund"],"declined":[]}`,
      `POST /cases/${caseId}/term {"years":2}`,
      `POST /cases/${caseId}/orders {}`,
    ]);
  });

  browserTest(
    'does not start without a term and a decision about each number, and opens no window',
    async () => {
      desk.state.session = session;
      desk.state.case = cases.checking;
      const page = await stage.open(`/renewal/${caseId}`);
      await page.getByText('输入密码并开始').click();
      await page.getByText('请先选择更新多久').waitFor();
      // What is missing first has the focus.
      await page.getByText('请选择是否添加公积金号').waitFor();
      expect(await labelInFocus(page)).toBe('添加');
      await page.keyboard.press('Space');
      await page.getByText('输入密码并开始').click();
      expect(await labelInFocus(page)).toContain('一年');
      expect(page.context().pages()).toHaveLength(1);
      expect(desk.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
    },
  );

  browserTest('goes on after the window was closed, with a new order', async () => {
    desk.state.session = session;
    desk.state.case = cases.ordered;
    assistant.answer = 'take';
    const page = await stage.open(`/renewal/${caseId}`);
    const popup = page.waitForEvent('popup');
    await page.getByText('输入密码并开始').click();
    await heading(page, '正在写入新证书');
    desk.move({ progress: { step: 'generate', at: '2026-11-24T02:01:00Z' } });
    await (await popup).close();
    await heading(page, '写入还没有完成');
    await page.getByRole('button', { name: '重试' }).click();
    await heading(page, '正在写入新证书');
    const orders = () => desk.requests.filter((request) => request.endsWith('/orders {}'));
    await expect.poll(orders).toHaveLength(2);
    await finishWriting();
    await heading(page, '证书更新完成');
  });

  browserTest('shows the writing of another browser, also when events do not get through', async () => {
    desk.state.session = session;
    desk.state.case = cases.writing;
    desk.state.failing.set(`GET /cases/${caseId}/events`, 'internal');
    const page = await stage.open(`/renewal/${caseId}`);
    await heading(page, '正在写入新证书');
    desk.move({ ...cases.done, updatedAt: '2026-11-24T02:10:00.000Z' });
    await heading(page, '证书更新完成');
  });

  browserTest('goes on by itself when the register answers at last', async () => {
    desk.state.session = session;
    desk.state.case = cases.silent;
    const page = await stage.open(`/renewal/${caseId}`);
    await heading(page, '正在等待法人库答复');
    desk.move({ ...cases.checking, updatedAt: '2026-11-24T02:10:00.000Z' });
    await heading(page, '请核对单位信息');
  });

  browserTest('is cancelled only after asking, and leads back without it', async () => {
    desk.state.session = session;
    desk.state.case = cases.ordered;
    const page = await stage.open(`/renewal/${caseId}`);
    await page.getByText('取消办件').click();
    await heading(page, '确定取消这个办件');
    await page.goBack();
    await heading(page, '请核对单位信息');
    expect(desk.state.case.state).toBe('ordered');
    await page.goForward();
    await page.locator('.danger').click();
    await heading(page, '办件已取消');
  });
});

describe('an amendment', () => {
  const confirmation = (added: string, declined: string) =>
    `POST /cases/${caseId}/confirmations {"comparison":"${'d'.repeat(64)}","groups":["unit","socialInsurance","housingFund"],"added":[${added}],"declined":[${declined}]}`;

  browserTest('can be done from start to receipt by keyboard alone', async () => {
    const page = await stage.open('/');
    await tabTo(page, '添加证件');
    await page.keyboard.press('Enter');
    await tabTo(page, '打开密码助手并登录');
    await page.keyboard.press('Enter');
    await heading(page, '为证书添加证件号码');
    await tabTo(page, '查询法人库');
    await page.keyboard.press('Enter');
    await heading(page, '要添加哪些号码');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    expect(await page.locator('input:checked').count()).toBe(0);
    // In the order in which the register’s answer has them.
    await tabTo(page, '添加');
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    assistant.answer = 'take';
    await tabTo(page, '输入密码并添加');
    await page.keyboard.press('Enter');
    await heading(page, '正在写入新证书');
    desk.move({ ...amendments.proved });
    desk.move({ ...amendments.done, updatedAt: '2026-11-24T02:10:00.000Z' });
    await heading(page, '证件号码已添加');
    const receipt = await page.locator('.receipt').innerText();
    expect(receipt).toMatch(/0031 2289 41 （本次添加）/);
    expect(receipt).not.toContain('1002 8837 5512');
    expect(receipt).toContain('2027-01-15');
    // Who has to activate it is not this page's to say: nobody has been told yet.
    expect(await page.locator('#content').innerText()).not.toContain('报税');
    expect(posts()).toEqual([
      confirmation('"socialInsurance"', '"housingFund"'),
      `POST /cases/${caseId}/orders {}`,
    ]);
  });

  browserTest('names what is not decided about, and neither asks the server nor opens a window', async () => {
    desk.state.session = session;
    desk.state.case = amendments.checking;
    const page = await stage.open(`/amendment/${caseId}`);
    await page.getByRole('radio', { name: '不添加' }).first().check();
    await page.getByText('输入密码并添加').click();
    await page.getByText('请选择是否添加公积金号').waitFor();
    expect(await page.getByText('请选择是否添加社保号').count()).toBe(0);
    expect(await labelInFocus(page)).toBe('添加');
    expect(page.context().pages()).toHaveLength(1);
    expect(posts()).toEqual([]);
  });

  browserTest('ends where every number is left out, without a window', async () => {
    desk.state.session = session;
    desk.state.case = amendments.checking;
    const page = await stage.open(`/amendment/${caseId}`);
    await heading(page, '要添加哪些号码');
    for (const choice of await page.getByRole('radio', { name: '不添加' }).all()) await choice.check();
    await page.getByRole('button', { name: '不添加，结束办件' }).click();
    await heading(page, '没有添加号码');
    expect(page.context().pages()).toHaveLength(1);
    expect(posts()).toEqual([confirmation('', '"socialInsurance","housingFund"')]);
  });

  browserTest('keeps what was decided, and takes another decision before it is written', async () => {
    desk.state.session = session;
    desk.state.case = amendments.ordered;
    const page = await stage.open(`/amendment/${caseId}`);
    await page.reload();
    const [social, fund] = [page.locator('fieldset').nth(0), page.locator('fieldset').nth(1)];
    expect(await social.getByRole('radio', { name: '添加', exact: true }).isChecked()).toBe(true);
    expect(await fund.getByRole('radio', { name: '不添加' }).isChecked()).toBe(true);
    await fund.getByRole('radio', { name: '添加', exact: true }).check();
    await social.getByRole('radio', { name: '不添加' }).check();
    assistant.answer = 'take';
    await page.getByText('输入密码并添加').click();
    await heading(page, '正在写入新证书');
    expect(posts()[0]).toBe(confirmation('"housingFund"', '"socialInsurance"'));
  });

  browserTest('confirms nothing anew where the decision is the same', async () => {
    desk.state.session = session;
    desk.state.case = amendments.ordered;
    assistant.answer = 'take';
    const page = await stage.open(`/amendment/${caseId}`);
    await page.getByText('输入密码并添加').click();
    await heading(page, '正在写入新证书');
    expect(posts()).toEqual([`POST /cases/${caseId}/orders {}`]);
  });

  browserTest('asks again about a number that is another one by now', async () => {
    desk.state.session = session;
    desk.state.case = amendments.checking;
    const page = await stage.open(`/amendment/${caseId}`);
    await page.getByRole('radio', { name: '添加', exact: true }).first().check();
    const rows = found.rows.map((row) =>
      row.kind === 'socialInsurance' ? { ...row, register: '0031228950' } : row,
    );
    desk.move({ comparison: { ...found, digest: 'f'.repeat(64), rows } });
    await page.locator('legend', { hasText: '0031 2289 50' }).waitFor();
    expect(await page.locator('input:checked').count()).toBe(0);
  });

  browserTest('leads to a renewal where the certificate ends soon', async () => {
    desk.state.session = session;
    desk.state.amendmentOffer = { ...amendmentOffer, amendable: 'near-end' };
    const page = await stage.open('/amendment');
    await page.locator('main .button.main').click();
    await heading(page, '请阅读订户协议');
  });

  browserTest('is not asked for where the desk does not offer it, whoever comes', async () => {
    desk.state.desk.services = { ...desk.state.desk.services, amendment: false };
    const page = await stage.open('/amendment');
    await heading(page, '添加证件尚未在网上开放');
  });
});

describe('signing in', () => {
  browserTest('closes the window once the page has the signature', async () => {
    const page = await stage.open('/sign-in');
    const popup = page.waitForEvent('popup');
    await page.locator('.button.main').click();
    const closed = (await popup).waitForEvent('close');
    await heading(page, '我的办件');
    await closed;
  });

  browserTest('finds the assistant behind a dead port', async () => {
    desk.state.desk.assistant = { ports: [stage.deadPort, assistant.port] };
    const page = await stage.open('/sign-in?next=/renewal');
    await page.locator('.button.main').click();
    await heading(page, '请阅读订户协议');
  });

  browserTest('finds the assistant behind ports that other programs hold', async () => {
    // One never answers, the other shows a page of its own, which hears nothing.
    const silent = await listen(() => undefined);
    const other = await listen((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(
        '<!doctype html><title>other</title><script>onmessage = () => { name += "heard"; };</script>',
      );
    });
    try {
      desk.state.desk.assistant = { ports: [silent.port, other.port, assistant.port] };
      const page = await stage.open('/sign-in?next=/renewal');
      const opened = page.waitForEvent('popup');
      await page.locator('.button.main').click();
      const popup = await opened;
      await popup.waitForURL(`http://127.0.0.1:${other.port}/window`);
      await popup.waitForURL(`http://127.0.0.1:${assistant.port}/window`);
      await heading(page, '请阅读订户协议');
      // One window all along, and no order before the assistant was there.
      expect(page.context().pages().length).toBeLessThanOrEqual(2);
      expect(desk.requests.filter((request) => request === 'POST /sign-in/orders {}')).toHaveLength(1);
    } finally {
      await Promise.all([silent.close(), other.close()]);
    }
  });

  browserTest('says that the window was blocked', async () => {
    desk.state.before = 'window.open = () => null;';
    const page = await stage.open('/sign-in');
    await page.locator('.button.main').click();
    await page.locator('code', { hasText: 'window-blocked' }).waitFor();
  });

  browserTest('offers an unfinished case again, whatever page was wanted', async () => {
    desk.state.case = cases.ordered;
    desk.state.offer = { ...offer, openCase: caseId };
    const page = await stage.open('/renewal');
    await page.locator('.button.main').click();
    await heading(page, '您有一个未完成的办件');
    await page.getByText('继续办理').click();
    await heading(page, '请核对单位信息');
    expect(await page.locator('.terms input:checked').last().getAttribute('value')).toBe('2');
  });

  browserTest('comes back to the same place after the session has ended', async () => {
    desk.state.session = session;
    desk.state.case = cases.done;
    const page = await stage.open('/cases');
    await page.locator('.cases a').waitFor();
    desk.state.session = null;
    await page.locator('.cases a').click();
    await heading(page, '登录已结束');
    await page.locator('.button.main').click();
    await page.getByText('打开密码助手并登录').click();
    await heading(page, cases.done.number);
  });

  browserTest('says so when the pages behind it cannot be fetched, and tries again', async () => {
    desk.state.session = session;
    const page = await stage.open('/');
    await page.route('**/assets/signed-in-*', (route) => route.abort());
    await page.getByText('我的办件').first().click();
    await page.locator('code', { hasText: 'server-unreachable' }).waitFor();
    await page.unrouteAll();
    await page.locator('main .button.main').click();
    await heading(page, '我的办件');
  });

  browserTest('never leads to another site', async () => {
    const page = await stage.open('/sign-in?next=//evil.example/');
    await page.locator('.button.main').click();
    await heading(page, '我的办件');
    expect(new URL(page.url()).origin).toBe(desk.url);
  });

  browserTest('hands its order to no origin but that of the port it opened', async () => {
    // Another program on this computer opens its own page in the same window and says that it is ready.
    assistant.trusts = 'https://another.example';
    const page = await stage.open('/sign-in');
    await page.locator('.button.main').click();
    await page.locator('code', { hasText: 'assistant-missing' }).waitFor();
    expect(desk.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
  });
});

browserTest('the language stays chosen, and the page says which it is', async () => {
  const page = await stage.open('/');
  await page.getByText('English').click();
  await heading(page, 'What would you like to do?');
  await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('en');
  await page.reload();
  await heading(page, 'What would you like to do?');
});

browserTest('a browser that is too old gets a sentence, not an empty page', async () => {
  // As from before 2020.
  desk.state.before = 'delete Element.prototype.replaceChildren;';
  const page = await stage.open('/');
  await page.getByText('这个浏览器版本过旧').waitFor();
  expect(await page.locator('#app').innerText()).toBe('');
});

const receipts = { renewal: { ...cases.done, newCertificate }, amendment: amendments.done };
browserTest.each(['renewal', 'amendment'] as const)(
  'the receipt of a %s prints on one A4 page, without buttons',
  async (journey) => {
    desk.state.session = session;
    desk.state.case = receipts[journey];
    const page = await stage.open(`/${journey}/${caseId}`);
    await page.locator('.receipt').waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('button:visible, nav:visible').count()).toBe(0);
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  },
);
