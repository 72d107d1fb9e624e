import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const script = join(root, 'tools/new-connector.mjs');

describe('npm run new:connector', () => {
  // Below the root, so that what it imports is found.
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(root, 'node_modules/.new-connector-'));
    await run(process.execPath, [script, 'acme-wiki', '--into', folder]);
  });
  after(() => rm(folder, { recursive: true }));

  it('makes files without any mark left to fill in', async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    assert.ok(files.some((file) => file.endsWith('libs/connectors/acme-wiki/src/connector.ts')));
    for (const file of files)
      assert.doesNotMatch(`${file}\n${await readFile(file, 'utf8')}`, /__\w+__|\.tpl$/u);
  });

  it('makes code that fits the packages as they are', async () => {
    const kit = join(root, 'test/simulators/kit');
    const config = {
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        noEmit: true,
        rootDir: dirname(root),
        paths: { '@fumikura/connector-acme-wiki': [join(folder, 'libs/connectors/acme-wiki/src/index.ts')] },
      },
      include: [join(folder, 'libs'), join(folder, 'test')],
      exclude: [],
    };
    const server = join(folder, 'test/simulators/acme-wiki/server.ts');
    await writeFile(server, (await readFile(server, 'utf8')).replaceAll('../kit', kit));
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules/typescript-native/bin/tsc');
    const told = await run(process.execPath, [tsc, '-p', join(folder, 'tsconfig.json')]).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    );
    assert.equal(told, '');
  });

  it('refuses a name that is none, and writes over nothing', async () => {
    const refused = async (name: string) =>
      run(process.execPath, [script, name, '--into', folder]).then(
        () => assert.fail('it was taken'),
        (error: { code: number; stderr: string }) => error,
      );
    assert.match((await refused('Acme Wiki')).stderr, /is no name of a connector.*npm run new:connector/u);
    const { code, stderr } = await refused('acme-wiki');
    assert.equal(code, 2);
    assert.match(stderr, /exists already\. Nothing was written/u);
  });
});
