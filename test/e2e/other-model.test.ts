import assert from 'node:assert/strict';
import { after, afterEach, describe, it } from 'node:test';
import { postgresMissing, startPostgres, until } from '@fumikura/testkit';
import { SIMULATED_MODEL, startEmbeddings } from '../simulators/embeddings/server.ts';
import { startQdrant } from '../simulators/qdrant/server.ts';
import { askOn } from './asking.ts';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';

const FILES = {
  'rotation.md': '# Rotating secrets\n\nCredentials are rotated every ninety days.\n',
  'travel.md': '# Travel\n\nBook the train early; expenses are paid within ten days.\n',
  'leave.md': '# Leave\n\nAnnual leave is twenty five days.\n',
};
const JUDGED = {
  'judged/corpus.jsonl': '{"_id":"files:notes/rotation.md","title":"","text":"x"}\n',
  'judged/queries.jsonl':
    '{"_id":"1","text":"how are credentials rotated"}\n{"_id":"2","text":"when are expenses paid"}\n',
  'judged/qrels.tsv':
    'query-id\tcorpus-id\tscore\n1\tfiles:notes/rotation.md\t2\n2\tfiles:notes/travel.md\t2\n',
};

interface Explained {
  readonly hits: readonly { readonly id: string; readonly explain: { readonly cosine?: number } }[];
  readonly notices: readonly string[];
}

describe('an index for another model, beside the one that is asked', () => {
  let server: ReturnType<typeof startPostgres> | undefined;
  const ends: (() => Promise<unknown>)[] = [];
  after(async () => (await server)?.stop());
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  const make = async (schema?: string) => {
    const home = await createHome(FILES);
    ends.push(() => home.remove());
    const [first, second] = [await startEmbeddings(), await startEmbeddings({ dimension: 32 })];
    for (const each of [first, second]) ends.push(() => each.simulator.close());
    for (const [name, text] of Object.entries(JUDGED)) await home.write(name, text);
    await home.write('key', `${first.key}\n`);
    const entry = (url: URL, dimension: number) =>
      `{ kind: openai, url: '${url.href}', model: ${SIMULATED_MODEL}, dimension: ${dimension}, key: { file: key } }`;
    const stores = schema === undefined ? '' : await storesOf(schema);
    await home.write(
      'fumikura.yaml',
      `owner: me\n${stores}sources:\n  - { id: files:notes, root: ./notes }\nembedder: ${entry(first.baseUrl, 64)}\n`,
    );
    process.env['OPENAI_API_KEY'] = second.key;
    return { home, first, second, spec: `openai:${SIMULATED_MODEL}@${second.baseUrl.href}` };
  };
  const storesOf = async (schema: string) => {
    const { url } = await (server ??= startPostgres());
    const qdrant = await startQdrant({ judged: false });
    ends.push(() => qdrant.close());
    return `stores: { catalog: { url: '${url}', schema: ${schema} }, index: { url: '${qdrant.url}' } }\n`;
  };
  const ok = async (home: Home, ...args: string[]) => {
    const { code, stdout, stderr } = await home.run(args);
    assert.equal(code, 0, `${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  /** Compared by meaning: every hit has a cosine, and nothing is missing from the ranking. */
  const isHybrid = async (home: Home, query: string) => {
    const { hits, notices } = (await home.json('search', query, '--explain')) as unknown as Explained;
    assert.ok(hits.length > 0);
    assert.ok(
      hits.every(({ explain }) => explain.cosine !== undefined),
      JSON.stringify(hits),
    );
    assert.deepEqual(notices, []);
    return hits.map(({ id }) => id);
  };
  const boundTo = async (home: Home) => {
    const { fingerprint, sources } = (await home.json('embed', 'status')) as {
      fingerprint: { dimension: number };
      sources: { waitingDocuments: number }[];
    };
    return [fingerprint.dimension, sources[0]?.waitingDocuments];
  };

  for (const layout of ['one file', 'servers'] as const) {
    const skip = layout === 'servers' ? (postgresMissing() ?? false) : false;
    it(
      `[index.other-model] is made, judged, switched to and left again while questions are answered: ${layout}`,
      { timeout: 900_000, skip },
      async () => {
        const { home, first, second, spec } = await make(layout === 'servers' ? 'other_model' : undefined);
        assert.match(await ok(home, 'sync'), /vectors: 3 of 3 chunks, 3 made/);
        const asking = await askOn(home, 'credentials rotated', 'files:notes/rotation.md');
        ends.push(() => asking.kill());
        // Whoever serves hears of the model by the file, and is not started anew.
        assert.match(
          await ok(home, 'index', 'rebuild', '--embedder', spec),
          /names openai:.+ as "nextEmbedder"/,
        );
        await ok(home, 'index', 'rebuild', '--embedder');
        assert.equal(passages(second.embedded), 3);
        assert.deepEqual(await boundTo(home), [64, 0], 'nothing changed for those who ask');
        await home.write('notes/new.md', '# New\n\nSomething nobody wrote before.\n');
        await ok(home, 'sync');
        const judged = await home.json('index', 'compare', 'judged');
        for (const side of ['living', 'beside'] as const) {
          const { figures } = judged[side] as { figures: { id: string; value: number }[] };
          assert.equal(figures.find(({ id }) => id.endsWith('ndcg10'))?.value, 1, JSON.stringify(figures));
        }
        assert.match(await ok(home, 'index', 'compare', 'judged'), /asked now/);
        await ok(home, 'index', 'switch');
        await until(async () => (await boundTo(home)).join() === '32,0');
        const made = passages(first.embedded);
        assert.ok((await isHybrid(home, 'credentials rotated')).includes('files:notes/rotation.md'));
        assert.ok((await isHybrid(home, 'nobody wrote before')).includes('files:notes/new.md'));
        const before = second.embedded.length;
        await until(async () =>
          second.embedded.slice(before).some((text) => text.includes('credentials rotated')),
        );
        await home.write('notes/late.md', '# Late\n\nWritten after everybody had moved on.\n');
        await ok(home, 'sync');
        await ok(home, 'index', 'rollback');
        await ok(home, 'embed', 'resume');
        await until(async () => (await boundTo(home)).join() === '64,0');
        assert.ok((await isHybrid(home, 'everybody had moved on')).includes('files:notes/late.md'));
        assert.equal(passages(first.embedded), made + 1, 'what was embedded before is known');
        assert.equal(passages(second.embedded), 5);
        assert.equal((await home.run(['index', 'check'])).code, 0);
        await asking.end();
      },
    );
  }
});

/** Texts of documents begin with their titles; questions here have no capitals. */
function passages(embedded: readonly string[]): number {
  return embedded.filter((text) => /^[A-Z]/u.test(text)).length;
}
