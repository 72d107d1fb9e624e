import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { allowList, documentWrite, postgresMissing, startPostgres, until } from '@fumikura/testkit';
import type { Catalog } from '@fumikura/ports';
import { startQdrant } from '../simulators/qdrant/server.ts';
import { createHome } from './fumi.ts';

const SOURCE = 'test:docs';
const DOCUMENTS = 2_000;

/** In letters, so that no two documents share one: where all scores are equal, any order is right. */
function wordOf(at: number): string {
  return `x${String(at).replace(/\d/gu, (digit) => 'bcdfghjklm'[Number(digit)] ?? '')}`;
}

async function fill(file: string): Promise<void> {
  const store = await createSqliteStore({ file });
  await store.commit({ source: SOURCE, lists: [allowList('all', 'user:local:me')] });
  const upserts = Array.from({ length: DOCUMENTS }, (_, at) => {
    const own = wordOf(at);
    return documentWrite(
      `${SOURCE}/${at}`,
      { allow: ['all'] },
      { title: own, parts: [`${own} stands here alone`.repeat(100)] },
    );
  });
  await store.commit({ source: SOURCE, upserts });
  await store.close();
}

/** As if the time of the one who held it had run out. */
async function releaseLease({ acquireLease, releaseLease: release }: Catalog): Promise<void> {
  const held = await acquireLease(SOURCE, 'test', 60_000);
  assert.match(held.holder, /^migration \d+$/u, 'still held by the process that was killed');
  await release(held);
}

describe('a migration that is killed', { skip: postgresMissing() ?? false }, () => {
  const ends: (() => Promise<unknown>)[] = [];
  after(async () => {
    for (const end of ends.toReversed()) await end();
  });

  it('goes on where it was, and leaves nothing half', { timeout: 300_000 }, async () => {
    const home = await createHome({});
    ends.push(() => home.remove());
    const postgres = await startPostgres();
    ends.push(() => postgres.stop());
    const qdrant = await startQdrant({ judged: false });
    ends.push(() => qdrant.close());
    const file = join(home.folder, 'data', 'fumikura.db');
    await fill(file);
    await home.write('fumikura.yaml', 'owner: me\ndata: ./data\n');
    const stores = `stores: { catalog: { url: '${postgres.url}', schema: killed }, index: { url: '${qdrant.url}' } }\n`;
    await home.write('servers.yaml', `owner: me\n${stores}`);

    const to = await createPostgresCatalog({ url: postgres.url, schema: 'killed', listens: false });
    const first = home.start(['migrate', '--to', 'servers.yaml']);
    await until(async () => (await to.catalog.sources()).some(({ documents }) => documents > 0));
    first.process.kill('SIGKILL');
    await first.ended;

    const from = await createSqliteStore({ file, inline: true });
    await releaseLease(from.catalog);
    await from.close();
    await releaseLease(to.catalog);
    await to.close();

    const second = await home.run(['migrate', '--to', 'servers.yaml']);
    assert.equal(second.code, 0, second.stdout + second.stderr);
    const [, written = 0, there = 0] =
      /Written: (\d+) documents; there already: (\d+)/u.exec(second.stdout)?.map(Number) ?? [];
    assert.equal(written + there, DOCUMENTS);
    assert.ok(written > 0 && there > 0, `${written} written, ${there} there: it was killed in the middle`);
    const check = await home.run(['--config', 'servers.yaml', 'index', 'check', '--repair']);
    assert.equal(check.code, 0, check.stdout + check.stderr);
    const compared = await home.run(['migrate', '--to', 'servers.yaml', '--check', '--json']);
    assert.match(compared.stdout, /"isSound":\s*true/u);
  });
});
