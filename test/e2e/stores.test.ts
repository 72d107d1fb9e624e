import assert from 'node:assert/strict';
import { after, afterEach, describe, it } from 'node:test';
import { postgresMissing, startPostgres } from '@fumikura/testkit';
import { SIMULATED_MODEL, startEmbeddings } from '../simulators/embeddings/server.ts';
import { startQdrant } from '../simulators/qdrant/server.ts';
import { askOn } from './asking.ts';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';

const FILES = {
  'rotation.md': '# Rotating secrets\n\nSecrets are rotated every ninety days.\n',
  'travel.md': '# Travel\n\nBook the train early; expenses are paid within ten days.\n',
  '経費.md': '# 経費精算\n\n経費精算の期限は毎月末です。\n',
};

const JUDGED = {
  'judged/corpus.jsonl': '{"_id":"files:notes/rotation.md","title":"","text":"x"}\n',
  'judged/queries.jsonl': '{"_id":"1","text":"how are secrets rotated"}\n',
  'judged/qrels.tsv': 'query-id\tcorpus-id\tscore\n1\tfiles:notes/rotation.md\t2\n',
};

describe('servers instead of a file', { skip: postgresMissing() ?? false }, () => {
  let server: ReturnType<typeof startPostgres> | undefined;
  const homes: Home[] = [];
  const ends: (() => Promise<unknown>)[] = [];
  after(async () => (await server)?.stop());
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    for (const home of homes.splice(0)) await home.remove();
  });

  const make = async (schema?: string) => {
    const home = await createHome(FILES);
    homes.push(home);
    if (schema === undefined) return home;
    const { url } = await (server ??= startPostgres());
    const qdrant = await startQdrant({ apiKey: 'key-of-the-index', judged: false });
    ends.push(() => qdrant.close());
    await home.write('password', 'of-the-catalog\n');
    await home.write('key', 'key-of-the-index\n');
    await home.write(
      'fumikura.yaml',
      `owner: me
stores:
  catalog: { url: '${url}', password: { file: password }, schema: ${schema} }
  index: { url: '${qdrant.url}', apiKey: { file: key } }
sources:
  - { id: files:notes, root: ./notes }
`,
    );
    return home;
  };

  it(
    'everything that is found in a file is found in the servers, in the same order',
    { timeout: 240_000 },
    async () => {
      const [file, servers] = [await make(), await make('e2e_same')];
      for (const home of [file, servers]) assert.equal((await home.run(['sync'])).code, 0);
      for (const query of ['expenses train', '経費精算']) {
        const [a, b] = await Promise.all([file, servers].map((home) => home.json('search', query)));
        const hits = (answer: unknown) =>
          (answer as { hits: { id: string; title: string }[] }).hits.map(({ id }) => id);
        assert.deepEqual(hits(b), hits(a), query);
      }
      const { stdout } = await servers.run(['get', 'files:notes/travel.md']);
      assert.match(stdout, /expenses are paid/);
      const sources = await servers.json('sources');
      assert.match(JSON.stringify(sources), /"documents":3/);
      assert.equal((await servers.run(['index', 'check'])).code, 0);
      assert.equal((await servers.run(['doctor'])).code, 0);
      await servers.write('notes/new.md', '# Brand new\n\nSomething nobody wrote before.\n');
      assert.equal((await servers.run(['sync'])).code, 0);
      assert.match((await servers.run(['search', 'nobody wrote before'])).stdout, /new\.md|Brand new/);
    },
  );

  it('says which store cannot be reached or refuses, and never a secret', { timeout: 240_000 }, async () => {
    const home = await make('e2e_refused');
    await home.write('key', 'wrong-key\n');
    const refused = await home.run(['search', 'secrets']);
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /refuses the key/);
    assert.doesNotMatch(refused.stderr + refused.stdout, /wrong-key|of-the-catalog/);
    await home.write(
      'fumikura.yaml',
      `owner: me\nstores:\n  catalog: postgres://fumi@127.0.0.1:1/x\n  index: http://127.0.0.1:1\n`,
    );
    assert.match(
      (await home.run(['search', 'secrets'])).stderr,
      /catalog in PostgreSQL: It cannot be reached/,
    );
    await home.write(
      'fumikura.yaml',
      `owner: me\nstores:\n  catalog: postgres://fumi:hunter2@db/x\n  index: http://127.0.0.1:1\n`,
    );
    const wrong = await home.run(['search', 'secrets']);
    assert.match(wrong.stderr, /write the password apart/);
    assert.doesNotMatch(wrong.stderr, /hunter2/);
  });

  it(
    'moves an installation to the servers and back, with the same answers',
    { timeout: 240_000 },
    async () => {
      const home = await make('e2e_migrate');
      const servers = await readConfig(home);
      await home.write('servers.yaml', servers);
      await home.write('fumikura.yaml', 'owner: me\nsources:\n  - { id: files:notes, root: ./notes }\n');
      assert.equal((await home.run(['sync'])).code, 0);
      const moved = await home.run(['migrate', '--to', 'servers.yaml']);
      assert.match(moved.stdout, /Written: 3 documents; there already: 0/);
      assert.match(moved.stdout, /Searches: 3 of 3 answered alike/);
      assert.equal(moved.code, 0, moved.stdout + moved.stderr);
      const again = await home.run(['migrate', '--to', 'servers.yaml']);
      assert.match(again.stdout, /Written: 0 documents; there already: 3/);
      const synced = await home.run(['--config', 'servers.yaml', 'sync', '--json']);
      assert.match(synced.stdout, /"unchanged":\s*3/, 'nothing is read again');
      await home.write(
        'back.yaml',
        'owner: me\ndata: ./back\nsources:\n  - { id: files:notes, root: ./notes }\n',
      );
      const back = await home.run(['--config', 'servers.yaml', 'migrate', '--to', 'back.yaml', '--json']);
      assert.equal(back.code, 0, back.stdout + back.stderr);
      const first = await home.run(['migrate', '--to', 'back.yaml', '--check', '--json']);
      assert.match(first.stdout, /"isSound":\s*true/);
    },
  );

  it(
    '[index.other-engine] is filled, judged and used instead, and left again, while questions are answered',
    { timeout: 900_000 },
    async () => {
      const home = await make('e2e_engine');
      await home.write('servers.yaml', await readConfig(home));
      const file = 'owner: me\nsources:\n  - { id: files:notes, root: ./notes }\n';
      await home.write('fumikura.yaml', file);
      for (const [name, text] of Object.entries(JUDGED)) await home.write(name, text);
      const run = async (...args: string[]) => {
        const { code, stdout, stderr } = await home.run(args);
        assert.equal(code, 0, `${args.join(' ')}: ${stdout}${stderr}`);
        return stdout;
      };
      const askedOf = async (...args: string[]) => {
        const asking = await askOn(home, 'secrets rotated', 'files:notes/rotation.md', args);
        ends.push(() => asking.kill());
        return asking;
      };
      await run('sync');
      const before = await askedOf();
      assert.match(await run('index', 'rebuild', '--engine', 'servers.yaml'), /Written: 3 documents/);
      assert.match(await run('index', 'compare', 'judged', '--to', 'servers.yaml'), /asked now/);
      await home.write('notes/late.md', '# Late\n\nWritten while the other one was judged.\n');
      await run('sync');
      const taken = await run('index', 'rebuild', '--engine', 'servers.yaml');
      assert.match(taken, /Written: 1 documents; there already: 3/);
      const after = await askedOf('--config', 'servers.yaml');
      await before.end();
      await home.write('notes/later.md', '# Later\n\nWritten when everybody had moved.\n');
      await run('--config', 'servers.yaml', 'sync');
      assert.match(await run('--config', 'servers.yaml', 'search', 'everybody had moved'), /later\.md/);
      const back = await run('--config', 'servers.yaml', 'index', 'rebuild', '--engine', 'fumikura.yaml');
      assert.match(back, /Written: 1 documents; there already: 4/);
      assert.match(await run('search', 'everybody had moved'), /later\.md/);
      await after.end();
    },
  );

  it('compares meaning on servers as in a file, and takes vectors along', { timeout: 240_000 }, async () => {
    const endpoint = await startEmbeddings();
    ends.push(() => endpoint.simulator.close());
    const [file, servers] = [await make(), await make('e2e_vectors')];
    const scores = async (home: Home) => {
      const { hits } = await home.json('search', 'when are expenses paid', '--explain');
      return (hits as { id: string; explain: { score: number; cosine: number } }[]).map(({ id, explain }) => [
        id,
        explain.cosine.toFixed(2),
        explain.score.toFixed(2),
      ]);
    };
    for (const home of [file, servers]) {
      const config = await readConfig(home);
      await home.write('embedder-key', `${endpoint.key}\n`);
      const embedder = `embedder: { kind: openai, url: '${endpoint.baseUrl.href}', model: ${SIMULATED_MODEL}, dimension: 64, key: { file: embedder-key } }\n`;
      await home.write('fumikura.yaml', config + embedder);
      const synced = await home.run(['sync']);
      assert.match(synced.stdout, /vectors: 3 of 3 chunks, 3 made/, synced.stderr);
    }
    const expected = await scores(file);
    assert.equal(expected.length, 3);
    assert.deepEqual(await scores(servers), expected);
    const passages = () => endpoint.embedded.filter((text) => text.includes('ninety days')).length;
    const before = passages();
    await servers.write(
      'back.yaml',
      (await readConfig(file)).replace('owner: me', 'owner: me\ndata: ./back'),
    );
    const moved = await servers.run(['migrate', '--to', 'back.yaml']);
    assert.equal(moved.code, 0, moved.stdout + moved.stderr);
    const { sources } = (await servers.json('--config', 'back.yaml', 'embed', 'status')) as unknown as {
      sources: { waitingDocuments: number }[];
    };
    assert.deepEqual(
      sources.map(({ waitingDocuments }) => waitingDocuments),
      [0],
    );
    assert.equal(passages(), before, 'nothing is embedded again');
  });

  it('repairs an index that lost what the catalog has', { timeout: 240_000 }, async () => {
    const home = await make('e2e_repair');
    assert.equal((await home.run(['sync'])).code, 0);
    const qdrant = /url: '(http:[^']+)'/.exec((await readConfig(home)) ?? '')?.[1] ?? '';
    const headers = { 'api-key': 'key-of-the-index', 'content-type': 'application/json' };
    const filter = { must: [{ key: 'ord', match: { value: 0 } }] };
    const gone = await fetch(`${qdrant}/collections/fumikura/points/delete?wait=true`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ filter }),
    });
    assert.equal(gone.status, 200);
    const broken = await home.run(['index', 'check']);
    assert.match(broken.stdout, /3 documents are not in the index/);
    assert.notEqual(broken.code, 0);
    assert.match((await home.run(['index', 'check', '--repair'])).stdout, /3 documents written again/);
    assert.equal((await home.run(['index', 'check'])).code, 0);
    assert.match((await home.run(['search', 'secrets'])).stdout, /Rotating secrets/);
  });
});

async function readConfig({ folder }: Home): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(`${folder}/fumikura.yaml`, 'utf8');
}
