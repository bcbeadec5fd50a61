import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSkfProfile, skfDriver } from '@certdesk/token';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileSoftwareSkf, whyNoSoftwareSkf } from '../../../../tools/skf-software.mjs';
import { buildProgram, type Program, temporaryHome } from '../test-support/program.test-support.ts';

const pin = 'Clerk-2468';

describe.skipIf(whyNoSoftwareSkf())('the command line with a key that has an SKF library', () => {
  let program: Program;
  let folder: string;
  let library: string;
  let home: string;

  beforeAll(async () => {
    program = await buildProgram();
    folder = temporaryHome();
    library = join(folder, 'software.so');
    compileSoftwareSkf(library);
  });
  afterAll(() => {
    program?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    home = temporaryHome();
    const slots = join(home, 'slots');
    mkdirSync(slots);
    writeFileSync(join(slots, 'K1.skf'), '');
    const env = { SKF_SOFTWARE_FOLDER: slots };
    const driver = skfDriver({ profile: await loadSkfProfile('software'), library, env });
    const key = await driver.open('K1');
    await key.initialise({ label: '财务', pin, adminPin: 'Admin-1357' });
    await driver.close();
    writeFileSync(join(home, 'vendor.json'), JSON.stringify({ name: 'vendor', containers: { max: 2 } }));
    configure({ family: 'skf', profile: 'vendor.json', library, env });
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  function configure(driver: object): void {
    const config = { phrase: 'blue teapot', language: 'en', desks: [], drivers: [driver] };
    writeFileSync(join(home, 'config.json'), JSON.stringify(config));
  }

  const run = (args: string[], input = '') => program.run(args, { home, input });

  it('lists it, and verifies and changes its PIN', async () => {
    const list = await run(['list']);
    expect(list).toMatchObject({ code: 0, err: '' });
    expect(list.out).toMatch(/skf:K1 {2}财务 .* S-K1 {2}10 PIN tries left/);
    expect(await run(['verify-pin', '--pin-stdin'], 'Wrong-1\n')).toMatchObject({
      code: 1,
      err: expect.stringContaining('9 PIN tries left'),
    });
    const changed = await run(['change-pin', 'K1', '--pin-stdin'], `${pin}\nOther-8642\nOther-8642\n`);
    expect(changed).toMatchObject({ code: 0, err: '' });
    expect(await run(['verify-pin', '--pin-stdin'], 'Other-8642\n')).toMatchObject({ code: 0 });
  });

  it('says what to do where the library is missing, crashes, or its profile is wrong', async () => {
    configure({ family: 'skf', profile: 'standard', library: join(home, 'none.so') });
    const missing = await run(['list']);
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('key-library-missing') });
    expect(missing.err).toContain(join(home, 'none.so'));
    configure({ family: 'skf', profile: 'vendor.json', library, env: { SKF_SOFTWARE_FOLDER: home } });
    writeFileSync(join(home, 'switches'), 'SKF_EnumDev crash\n');
    expect(await run(['list'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('key-library-crashed'),
    });
    writeFileSync(join(home, 'vendor.json'), '{ "name": "vendor", "packing": "three" }');
    const wrong = await run(['list']);
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('configuration-invalid') });
    expect(wrong.err).toContain('packing');
  });
});
