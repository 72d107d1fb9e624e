import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { postgresMissing, startPostgres, until } from '@fumikura/testkit';
import { SIMULATED_MODEL, startEmbeddings } from '../simulators/embeddings/server.ts';
import { startQdrant } from '../simulators/qdrant/server.ts';
import { askOn } from './asking.ts';
import { createHome, STACK_TRACE } from './fumi.ts';
import type { Home } from './fumi.ts';

const LONG = 'files:notes/handbook.md';
const SENTENCES = Array.from(
  { length: 40 },
  (_, at) => `Rule ${at}: whoever works in room ${at} keeps its door shut, and writes it down.`,
);
const FILES = {
  'handbook.md': `# Handbook of rooms\n\n${SENTENCES.join('\n\n')}\n`,
  'travel.md': '# Travel\n\nBook the train early; expenses are paid within ten days.\n',
  'leave.md': '# Leave\n\nAnnual leave is twenty five days.\n',
};
const CARPETS = `# Carpets\n\n${SENTENCES.map((_, at) => `Carpet ${at} is cleaned in week ${at}, before anybody is there, and dried.`).join('\n\n')}\n`;
const JUDGED = {
  'judged/corpus.jsonl': `{"_id":"${LONG}","title":"","text":"x"}\n`,
  'judged/queries.jsonl':
    '{"_id":"1","text":"who keeps the door of room 17 shut"}\n{"_id":"2","text":"when are expenses paid"}\n',
  'judged/qrels.tsv': `query-id\tcorpus-id\tscore\n1\t${LONG}\t2\n2\tfiles:notes/travel.md\t2\n`,
};

interface Explained {
  readonly hits: readonly { readonly id: string; readonly explain: { readonly cosine?: number } }[];
  readonly notices: readonly string[];
}

describe('chunks of another size', () => {
  let server: ReturnType<typeof startPostgres> | undefined;
  const ends: (() => Promise<unknown>)[] = [];
  after(async () => (await server)?.stop());
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  const storesOf = async (schema: string) => {
    const { url } = await (server ??= startPostgres());
    const qdrant = await startQdrant({ judged: false });
    ends.push(() => qdrant.close());
    return `stores: { catalog: { url: '${url}', schema: ${schema} }, index: { url: '${qdrant.url}' } }\n`;
  };
  /** @param stores what of the configuration names them; none is one file */
  const make = async (stores: string) => {
    const home = await createHome(FILES);
    ends.push(() => home.remove());
    const model = await startEmbeddings();
    ends.push(() => model.simulator.close());
    for (const [name, text] of Object.entries(JUDGED)) await home.write(name, text);
    await home.write('key', `${model.key}\n`);
    const rest = `owner: me\nsources:\n  - { id: files:notes, root: ./notes }\nembedder: { kind: openai, url: '${model.baseUrl.href}', model: ${SIMULATED_MODEL}, dimension: 64, key: { file: key } }\nsearch: { deadlineMs: 60000 }\n`;
    await home.write('fumikura.yaml', `${stores}${rest}`);
    return { home, model, rest };
  };
  const ok = async (home: Home, ...args: string[]) => {
    const { code, stdout, stderr } = await home.run(args);
    assert.equal(code, 0, `${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  const stateOf = async (home: Home, ...args: string[]) => {
    const { fingerprint, sources } = (await home.json(...args, 'embed', 'status')) as {
      fingerprint: { chunkerVersion: string };
      sources: { chunks: number; waitingDocuments: number }[];
    };
    const [source] = sources;
    return [fingerprint.chunkerVersion, source?.chunks ?? 0, source?.waitingDocuments ?? 0] as const;
  };
  /** Compared by meaning, too. */
  const isHybrid = async (home: Home, query: string, expected: string, ...args: string[]) => {
    const found = (await home.json(...args, 'search', query, '--explain')) as unknown as Explained;
    assert.equal(found.hits[0]?.id, expected);
    assert.ok(
      found.hits.every(({ explain }) => explain.cosine !== undefined),
      JSON.stringify(found),
    );
    assert.deepEqual(found.notices, []);
  };
  const configOf = (home: Home) => readFile(join(home.folder, 'fumikura.yaml'), 'utf8');

  for (const layout of ['one file', 'servers'] as const) {
    const skip = layout === 'servers' ? (postgresMissing() ?? false) : false;
    it(
      `[index.other-chunks] are cut from what is stored while questions are answered, and back again: ${layout}`,
      { timeout: 900_000, skip },
      async () => {
        const { home, model } = await make(layout === 'servers' ? await storesOf('other_chunks') : '');
        await ok(home, 'sync');
        const [, before] = await stateOf(home);
        assert.deepEqual(await stateOf(home), ['1', before, 0]);
        const asking = await askOn(home, 'who keeps the door shut', LONG);
        ends.push(() => asking.kill());
        const made = passages(model.embedded);
        assert.match(
          await ok(home, 'index', 'rebuild', '--chunks', '300'),
          /Cut anew at 300 units: 1 documents; as they were: 2/,
        );
        assert.match(await configOf(home), /chunking: \{ targetUnits: 300, maxUnits: 600 \}/);
        const [, smaller] = await stateOf(home);
        assert.ok(smaller > before + 3, `${smaller} chunks after ${before}`);
        assert.deepEqual(await stateOf(home), ['1 300/600', smaller, 0]);
        assert.equal(passages(model.embedded) - made, smaller - 2, 'only what is another text is embedded');
        await isHybrid(home, 'who keeps the door of room 17 shut', LONG);
        // Whoever serves hears of it, and is not started anew.
        const seen = model.embedded.length;
        await until(async () => model.embedded.slice(seen).some((text) => text.includes('door shut')));

        await home.write('notes/carpets.md', CARPETS);
        await ok(home, 'sync');
        const [, withMore] = await stateOf(home);
        assert.ok(withMore - smaller > 3, 'what is read later is cut alike');
        const madeSmaller = passages(model.embedded);
        await ok(home, 'index', 'rebuild', '--chunks', '1100');
        assert.doesNotMatch(await configOf(home), /chunking/);
        const [fingerprint, all, waiting] = await stateOf(home);
        assert.deepEqual([fingerprint, waiting], ['1', 0]);
        assert.equal(passages(model.embedded) - madeSmaller, all - before, 'vectors of before are known');
        await isHybrid(home, 'who keeps the door of room 17 shut', LONG);
        assert.equal((await home.run(['index', 'check'])).code, 0);
        await asking.end();
      },
    );

    it(
      `[index.other-chunks] are made, judged and used in the stores of another configuration: ${layout}`,
      { timeout: 900_000, skip },
      async () => {
        const stores = layout === 'servers' ? await storesOf('beside') : '';
        const { home, model, rest } = await make(stores);
        await ok(home, 'sync');
        const [, before] = await stateOf(home);
        const asking = await askOn(home, 'who keeps the door shut', LONG);
        ends.push(() => asking.kill());
        const other =
          layout === 'servers'
            ? (await storesOf('beside_smaller')).replace("url: 'http", "name: smaller, url: 'http")
            : 'data: .smaller\n';
        await home.write('other.yaml', `${other}chunking: { targetUnits: 300 }\n${rest}`);
        const moved = await ok(home, 'index', 'rebuild', '--engine', 'other.yaml');
        assert.match(moved, /Documents: 3 here, 3 there/);
        assert.match(moved, /chunks of other sizes/);
        const made = passages(model.embedded);
        const there = ['--config', 'other.yaml'];
        await ok(home, ...there, 'embed', 'resume');
        const [, smaller] = await stateOf(home, ...there);
        assert.ok(smaller > before + 3);
        assert.deepEqual(await stateOf(home, ...there), ['1 300/600', smaller, 0]);
        assert.equal(passages(model.embedded) - made, smaller - 2, 'vectors of the same text went along');
        const judged = await home.json('index', 'compare', 'judged', '--to', 'other.yaml');
        for (const side of ['living', 'beside'] as const) {
          const { figures } = judged[side] as { figures: { id: string; value: number }[] };
          assert.equal(figures.find(({ id }) => id.endsWith('ndcg10'))?.value, 1, JSON.stringify(figures));
        }
        await isHybrid(home, 'who keeps the door of room 17 shut', LONG, ...there);
        assert.deepEqual(await stateOf(home), ['1', before, 0], 'nothing changed for those who ask');
        await asking.end();
        // And back, into what is there already.
        await home.write('notes/late.md', '# Late\n\nWritten after everybody had moved on.\n');
        await ok(home, ...there, 'sync');
        await ok(home, ...there, 'index', 'rebuild', '--engine', 'fumikura.yaml');
        await ok(home, 'embed', 'resume');
        assert.deepEqual(await stateOf(home), ['1', before + 1, 0]);
      },
    );
  }

  it('[index.chunks-agree] that are configured and not made are refused, and what to do is said', async () => {
    const { home, rest } = await make('');
    await ok(home, 'sync');
    await home.write('fumikura.yaml', `chunking: { targetUnits: 300 }\n${rest}`);
    for (const args of [['search', 'travel'], ['sync'], ['server', '--port', '0']]) {
      const { code, stdout, stderr } = await home.run(args);
      assert.notEqual(code, 0);
      const said = stdout + stderr;
      assert.match(said, /chunks of 1100 units, and .+ asks for 300.*fumi index rebuild --chunks 300/su);
      assert.doesNotMatch(said, STACK_TRACE);
    }
    assert.match(await ok(home, 'index', 'rebuild', '--chunks', '300'), /Cut anew at 300 units/);
    await isHybrid(home, 'who keeps the door of room 17 shut', LONG);
  });
});

/** Texts of documents begin with their titles; questions here have no capitals. */
function passages(embedded: readonly string[]): number {
  return embedded.filter((text) => /^[A-Z]/u.test(text)).length;
}
