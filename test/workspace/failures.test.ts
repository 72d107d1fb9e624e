import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../tools/failures.mjs', import.meta.url));

const TESTS = {
  'differs.test.mjs': `
    import assert from 'node:assert/strict';
    import { describe, it } from 'node:test';
    describe('outer', () => {
      it('holds', () => undefined);
      it('differs', () => assert.deepEqual({ a: 1, b: 2, c: 3, d: 4, e: [5, 6] }, { a: 1, b: 2, c: 3, d: 4, e: [5, 7] }));
      it('tells at length', () => assert.fail('told ' + 'x'.repeat(400)));
    });`,
  'ends.test.mjs': `throw new Error('ended at load');`,
  'late.test.mjs': `
    import { it } from 'node:test';
    it('never ends', { timeout: 20 }, () => new Promise((resolve) => setTimeout(resolve, 500)));`,
};

describe('what failed, at the end of a run', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'failures-'));
    for (const [name, text] of Object.entries(TESTS)) await writeFile(join(folder, name), text);
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const files = Object.keys(TESTS);
    const { stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...files], {
      cwd: folder,
      env,
    });
    await writeFile(join(folder, 'test'), stdout);
  });
  after(() => rm(folder, { recursive: true }));

  const shown = async (...files: readonly string[]) =>
    (await run(process.execPath, [script, ...files], { cwd: folder })).stdout.trimEnd().split('\n');

  it('is each test with its place and what differs, and nothing that passed', async () => {
    const lines = await shown('test');
    const at = lines.findIndex((line) => /^✖ differs\.test\.mjs:6:\d+ differs$/u.test(line));
    assert.ok(at >= 0, lines.join('\n'));
    assert.match(lines.slice(at + 1, at + 4).join('\n'), /deep-equal[^✖]*\+ +6\n[^✖]*- +7/u);
    assert.ok(!lines.some((line) => /holds|outer/u.test(line)), lines.join('\n'));
  });

  it('is why a file ended, and which test did not', async () => {
    const text = (await shown('test')).join('\n');
    assert.match(text, /✖ ends\.test\.mjs:1:1 ends\.test\.mjs\n[^✖]*ended at load/u);
    assert.match(text, /✖ late\.test\.mjs:3:\d+ never ends\n[^✖]*timed out after 20ms/u);
  });

  it('is the last lines of anything else', async () => {
    await writeFile(join(folder, 'build'), 'one\ntwo\n\nthree\nfour\nfive\nsix\nseven\n');
    assert.deepEqual(await shown('build'), [
      'FAIL build',
      ...['two', 'three', 'four', 'five', 'six', 'seven'].map((line) => `  ${line}`),
    ]);
  });

  it('stays within forty lines of two hundred characters', async () => {
    for (const count of [2, 30, 100]) {
      const tests = Array.from({ length: count }, (_, nth) => [
        `test at a.test.ts:${nth}:1`,
        `✖ number ${nth} ${'long '.repeat(60)}(1.5ms)`,
        ...Array.from({ length: 9 }, (_each, line) => `  line ${line}`),
      ]);
      await writeFile(join(folder, 'many'), ['✖ failing tests:', ...tests.flat()].join('\n'));
      const lines = await shown('many');
      assert.ok(lines.length <= 40 && lines.every((line) => line.length <= 200), String(lines.length));
      assert.ok(lines[0]?.startsWith('✖ a.test.ts:0:1 number 0'));
      if (count === 100) assert.equal(lines.at(-1), '… and 61 more');
      else assert.equal(lines.filter((line) => line.startsWith('✖')).length, count);
    }
  });
});
