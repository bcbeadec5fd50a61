import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sampleProject } from './sample-project.test-support.ts';

const PACKAGE = 'packages/sample';
let project: string;

beforeEach(() => {
  const options = {
    rootDir: 'src',
    outDir: 'dist',
    composite: true,
    types: [],
    tsBuildInfoFile: 'dist/tsconfig.tsbuildinfo',
  };
  project = sampleProject({
    'tsconfig.json': JSON.stringify({ files: [], references: [{ path: PACKAGE }] }),
    [`${PACKAGE}/package.json`]: '{ "type": "module" }',
    [`${PACKAGE}/tsconfig.json`]: JSON.stringify({ compilerOptions: options, include: ['src'] }),
    [`${PACKAGE}/src/one.ts`]: 'export const one: number = 1;\n',
    [`${PACKAGE}/src/two.ts`]: 'export const two: number = 2;\n',
  });
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

test('builds what changed, and nothing when nothing has', () => {
  expect(build()).toMatchObject({ status: 0, stderr: expect.stringContaining('Building') });
  expect(output('one.js')).toContain('one = 1');
  expect(build()).toMatchObject({ status: 0, stderr: '' });

  writeFileSync(join(project, PACKAGE, 'src/one.ts'), 'export const one: number = 111;\n');
  expect(build().status).toBe(0);
  expect(output('one.js')).toContain('one = 111');
});

test('the output of a removed source goes, and removed output comes back', () => {
  build();
  rmSync(join(project, PACKAGE, 'src/two.ts'));
  expect(build().status).toBe(0);
  expect(existsSync(join(project, PACKAGE, 'dist/two.js'))).toBe(false);
  expect(output('one.js')).toContain('one = 1');

  rmSync(join(project, PACKAGE, 'dist'), { recursive: true });
  expect(build().status).toBe(0);
  expect(output('one.js')).toContain('one = 1');
});

test('an error of the compiler is shown, and is not forgotten at the next build', () => {
  writeFileSync(join(project, PACKAGE, 'src/one.ts'), 'export const one: number = "1";\n');
  for (let time = 1; time <= 2; time += 1) {
    expect(build()).toMatchObject({ status: 1, stderr: expect.stringMatching(/one\.ts.*not assignable/) });
  }
});

function build() {
  const { status, stderr } = spawnSync(process.execPath, [join(project, 'tools/build.mjs')], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

function output(file: string): string {
  return readFileSync(join(project, PACKAGE, 'dist', file), 'utf8');
}
