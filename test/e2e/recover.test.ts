import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { postgresMissing, postgresTool, startPostgres } from '@fumikura/testkit';
import { startQdrant } from '../simulators/qdrant/server.ts';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';

const COPY_FILE = fileURLToPath(new URL('../../infra/backup/copy-file.mjs', import.meta.url));
const FILES = {
  'rotation.md': '# Rotating secrets\n\nSecrets are rotated every ninety days.\n',
  'travel.md': '# Travel\n\nBook the train early; expenses are paid within ten days.\n',
};

/** The commands of docs/operations.md, as an operator enters them. */
describe('an installation that is brought back', () => {
  let server: ReturnType<typeof startPostgres> | undefined;
  const ends: (() => Promise<unknown>)[] = [];
  after(async () => (await server)?.stop());
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  const make = async () => {
    const home = await createHome(FILES);
    ends.push(() => home.remove());
    return home;
  };
  const makeServers = async (schema: string) => {
    const home = await make();
    const { url } = await (server ??= startPostgres());
    const qdrant = await startQdrant({ judged: false });
    ends.push(() => qdrant.close());
    const stores = `stores: { catalog: { url: '${url}', schema: ${schema} }, index: { url: '${qdrant.url}' } }`;
    await home.write(
      'fumikura.yaml',
      `owner: me\n${stores}\nsources:\n  - { id: files:notes, root: ./notes }\n`,
    );
    return { home, url, index: qdrant.url };
  };
  const ok = async (home: Home, ...args: string[]) => {
    const { code, stdout, stderr } = await home.run(args);
    assert.equal(code, 0, `${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  const found = async (home: Home, query: string) =>
    ((await home.json('search', query)) as unknown as { hits: { id: string }[] }).hits.map(({ id }) => id);
  /** What is done to both after the copy was made, and has to be gone and to come again. */
  const goOn = async (home: Home) => {
    await home.write(
      'notes/rotation.md',
      '# Rotating secrets\n\nThey are changed by the moon, at midnight.\n',
    );
    await home.write('notes/late.md', '# Late\n\nWritten after the copy was made.\n');
    await ok(home, 'sync');
    assert.deepEqual(await found(home, 'moon midnight'), ['files:notes/rotation.md']);
  };
  const isAsCopied = async (home: Home) => {
    assert.deepEqual(await found(home, 'ninety'), ['files:notes/rotation.md']);
    assert.deepEqual(await found(home, 'moon midnight'), []);
    assert.deepEqual(await found(home, 'written after copy made'), []);
    await ok(home, 'index', 'check');
  };
  const comesAgain = async (home: Home) => {
    await ok(home, 'sync', '--full');
    assert.deepEqual(await found(home, 'moon midnight'), ['files:notes/rotation.md']);
    assert.deepEqual(await found(home, 'written after copy made'), ['files:notes/late.md']);
    assert.deepEqual(await found(home, 'ninety'), []);
    await ok(home, 'index', 'check');
  };

  it('[recover.file] a copy of the folder is put in its place', { timeout: 600_000 }, async () => {
    const home = await make();
    await ok(home, 'sync');
    const [data, copies] = [join(home.folder, '.fumikura'), join(home.folder, 'copies')];
    execFileSync(process.execPath, [COPY_FILE, data, copies, '7']);
    await goOn(home);
    const [copy = ''] = await readdir(copies);
    await rm(data, { recursive: true });
    await cp(join(copies, copy), data, { recursive: true });
    await isAsCopied(home);
    await comesAgain(home);
  });

  it(
    '[recover.catalog] a catalog from its dump, under an index that went on',
    { timeout: 600_000, skip: postgresMissing() ?? false },
    async () => {
      const { home, url } = await makeServers('recover_catalog');
      await ok(home, 'sync');
      const dump = join(home.folder, 'catalog.dump');
      execFileSync(postgresTool('pg_dump'), ['-n', 'recover_catalog', '-Fc', '-f', dump, url]);
      await goOn(home);
      execFileSync(postgresTool('pg_restore'), ['--clean', '--if-exists', '-d', url, dump]);
      assert.notEqual((await home.run(['index', 'check'])).code, 0);
      // Nobody is shown anything that the catalog does not say, not even before the repair.
      assert.deepEqual(await found(home, 'moon midnight'), []);
      await ok(home, 'index', 'check', '--repair');
      await isAsCopied(home);
      await comesAgain(home);
    },
  );

  it(
    '[recover.index] an index that was lost is filled again from the catalog',
    { timeout: 600_000, skip: postgresMissing() ?? false },
    async () => {
      const { home, index } = await makeServers('recover_index');
      await ok(home, 'sync');
      const { result } = (await (await fetch(`${index}/aliases`)).json()) as {
        result: { aliases: { collection_name: string }[] };
      };
      const [{ collection_name: collection } = { collection_name: '' }] = result.aliases;
      assert.equal((await fetch(`${index}/collections/${collection}`, { method: 'DELETE' })).status, 200);
      assert.match(await ok(home, 'search', 'ninety'), /finding nothing means nothing/);
      assert.match(await ok(home, 'index', 'check', '--repair'), /2 documents written again/);
      assert.deepEqual(await found(home, 'ninety'), ['files:notes/rotation.md']);
      await ok(home, 'index', 'check');
    },
  );
});
