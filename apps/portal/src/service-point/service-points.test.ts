import type { ComparisonRow } from '@certdesk/contract';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { browserTest } from '../../../../test/support/browser.ts';
import { caseId, cases, comparison, points, session } from '../fakes/examples.test-support.ts';
import { setStage } from '../fakes/stage.test-support.ts';

const stage = setStage();
const { desk } = stage;

const shown = (page: Page) => page.locator('.points strong').allInnerTexts();
const asked = () => desk.requests.filter((request) => request.startsWith('GET /service-points'));

describe('service points', () => {
  browserTest('are the first five until a district is chosen, then the five nearest, then all', async () => {
    const page = await stage.open('/service-points');
    await page.locator('.points').waitFor();
    expect(await page.getByLabel('单位所在区县').inputValue()).toBe('');
    expect(await shown(page)).toEqual(points.slice(0, 5).map(({ name }) => name));
    await page.getByText('共 6 个，这里是前 5 个').waitFor();
    await page.getByLabel('单位所在区县').focus();
    await page.getByLabel('单位所在区县').selectOption('苏州市吴中区');
    await page.getByText('共 6 个，这里是最近的 5 个。').waitFor();
    expect((await shown(page)).slice(0, 2)).toEqual(['苏州受理点', '浦东受理点']);
    expect(await shown(page)).toHaveLength(5);
    // What is chosen from stays where it was, with the focus.
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('district');
    await page.getByRole('button', { name: '显示全部 6 个' }).click();
    await expect.poll(() => shown(page)).toHaveLength(6);
    expect(asked()).toHaveLength(3);
  });

  browserTest('of the company that has signed in are shown first, its district chosen', async () => {
    desk.state.session = {
      ...session,
      certificate: {
        ...session.certificate,
        identityNumbers: [{ kind: 'uscc', value: '91310104631291289X' }],
      },
    };
    const page = await stage.open('/service-points');
    await page.locator('.points').waitFor();
    expect(await page.getByLabel('单位所在区县').inputValue()).toBe('310104');
    expect((await shown(page))[0]).toBe('徐汇受理点');
  });

  browserTest('can be called without what belongs to an extension, and asked for again', async () => {
    desk.state.failing.set('GET /service-points', 'database-unavailable');
    const page = await stage.open('/service-points');
    await page.getByRole('alert').waitFor();
    desk.state.failing.clear();
    await page.getByRole('button', { name: '重试' }).click();
    const call = page.getByRole('link', { name: '021-5555 0200 转 2' });
    expect(await call.getAttribute('href')).toBe('tel:02155550200');
  });
});

describe('what to bring, printed', () => {
  const long = (text: string, letters: number) =>
    text.repeat(Math.ceil(letters / text.length)).slice(0, letters);
  const differs = (
    kind: ComparisonRow['kind'],
    group: ComparisonRow['group'],
    certificate: string,
    register: string,
  ): ComparisonRow => ({ kind, group, certificate, register, result: 'differs', offer: null });
  /** All that can differ at once. */
  const worst = (name: string): ComparisonRow[] => [
    differs('name', 'unit', name, `${name.slice(0, -1)}2`),
    differs('organizationCode', 'unit', '631291289', '631291297'),
    differs('businessLicense', 'unit', '310115000012345', '310115000012346'),
    differs('taxRegistration', 'unit', '310115631291289', '310115631291297'),
    differs('socialInsurance', 'socialInsurance', '0031228941', '0031228947'),
    differs('housingFund', 'housingFund', '100288375512', '100288375513'),
  ];

  // A Chinese letter says, and takes, twice as much.
  for (const [language, text, letters] of [
    ['zh', '上海示例贸易有限公司', 60],
    ['en', 'Example Trading and Consulting (Shanghai) Company Limited ', 80],
  ] as const) {
    browserTest(`fits one A4 page, with long names too (${language})`, async () => {
      const name = long(text, letters);
      desk.state.session = session;
      desk.state.case = { ...cases.mismatch, entityName: name, comparison: comparison(worst(name)) };
      desk.state.points = points.map((point, at) => ({
        ...point,
        name: `${at}${long(text, letters / 2)}`,
        address: long(text, letters),
        hours: long('周一至周五 9:00–11:30、13:30–16:30；', 40),
      }));
      const page = await stage.open(`/renewal/${caseId}`, { language });
      await page.locator('.points li').nth(2).waitFor();
      await page.emulateMedia({ media: 'print' });
      const printed = await page.locator('#content').innerText();
      for (const part of [name, 'R2611-000417', '0031 2289 47', '021-5555 0100'])
        expect(printed).toContain(part);
      expect(printed).toMatch(/请带上本页|Bring this page/);
      expect(await page.locator('button:visible').count()).toBe(0);
      const pdf = await page.pdf({ preferCSSPageSize: true });
      expect(pagesOf(pdf)).toBe(1);
    });
  }
});

/** Chromium writes its page objects in clear. */
const pagesOf = (pdf: Buffer) => pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length;
