import assert from 'node:assert/strict';
import { after, afterEach, describe, it } from 'node:test';
import type { VersionedDocument } from '@fumikura/ports';
import { createQdrantIndex } from '@fumikura/store-qdrant';
import type { QdrantIndex, QdrantIndexOptions } from '@fumikura/store-qdrant';
import {
  FINGERPRINT,
  lexical,
  rejectsWith,
  testAccess,
  testDocument,
  vectorOf,
  seeded,
} from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import type { Simulator } from '../simulators/kit/simulator.ts';
import type { QdrantStandIn, QdrantOptions } from '../simulators/qdrant/server.ts';
import { startQdrant } from '../simulators/qdrant/server.ts';

const signal = new AbortController().signal;
const running: (() => Promise<void>)[] = [];

async function start(server: QdrantOptions = {}, options: Partial<QdrantIndexOptions> = {}) {
  const simulator: Simulator & { standIn: QdrantStandIn } = await startQdrant(server);
  running.push(() => simulator.close());
  const index = await createQdrantIndex({ url: simulator.url, attempts: 3, ...options });
  running.unshift(() => index.close());
  return { simulator, index };
}

async function found(index: QdrantIndex, query: string, aclIds: readonly number[]): Promise<string[]> {
  const { candidates } = await index.search(lexical(query), testAccess(aclIds), signal);
  return candidates.map(({ documentId }) => documentId);
}

describe('Qdrant adapter', () => {
  afterEach(async () => {
    for (const end of running.splice(0)) await end();
  });
  after(() => assert.equal(running.length, 0));

  it('asks only what the description of the server allows', async () => {
    const { simulator, index } = await start();
    await index.useFingerprint(FINGERPRINT);
    const document = testDocument('a', ['word', 'other'], 1);
    const vector = vectorOf(seeded(1));
    await index.write({
      upserts: [
        {
          ...document,
          updatedAt: '2026-01-01T00:00:00Z',
          chunks: document.chunks.map((each) => ({ ...each, vector })),
        },
      ],
      acls: [{ documentId: 'a', aclId: 2 }],
      removals: ['b'],
    });
    const filter = {
      sources: ['test:source' as const],
      kinds: ['page'],
      updatedFrom: '2025-01-01T00:00:00Z',
    };
    const request = { ...lexical('word'), dense: { vector, fingerprint: FINGERPRINT }, filter };
    const { candidates } = await index.search(request, testAccess([2]), signal);
    assert.equal(candidates[0]?.documentId, 'a');
    await index.check(signal);
    await index.stats();
    assert.deepEqual(simulator.violations, []);
  });

  it('finds a document that is written again between the list and the look at the catalog', async () => {
    const { index } = await start();
    const write = (version: number) => index.stage([{ version, document: testDocument('a', 'word', 1) }]);
    await write(1);
    let version = 1;
    const confirmed = async () => {
      if (version === 1) await write(++version);
      return new Map([['a', { version, aclId: 1, aclVersion: version }]]);
    };
    const search = () => index.searchConfirmed(lexical('word'), testAccess([1]), confirmed, signal);
    assert.deepEqual(
      (await search()).candidates.map(({ documentId }) => documentId),
      ['a'],
    );
    // An index that lacks it for good is asked twice, not for ever.
    version = 9;
    assert.deepEqual((await search()).candidates, []);
  });

  it('[access.inside-scan] sends the rights with every search, as the first thing that has to be met', async () => {
    const { simulator, index } = await start();
    await index.write({ upserts: [testDocument('a', 'word', 5)] });
    const sent: { must: { key: string }[]; must_not?: unknown; should?: unknown; min_should?: unknown }[] =
      [];
    const answer = simulator.standIn.answer.bind(simulator.standIn);
    simulator.standIn.answer = (request) => {
      if (request.url.pathname.endsWith('/query/batch'))
        sent.push(
          ...(request.body as { searches: { filter: (typeof sent)[number] }[] }).searches.map(
            ({ filter }) => filter,
          ),
        );
      return answer(request);
    };
    const many = Array.from({ length: 30_000 }, (_, at) => at);
    for (const aclIds of [[5], [1, 2, 3], many, many.filter((id) => id % 3 === 2)]) {
      await index.search(lexical('word', { filter: { kinds: ['page'] } }), testAccess(aclIds), signal);
    }
    assert.ok(sent.length >= 12);
    for (const { must, should, min_should: least } of sent) {
      assert.equal(must[0]?.key, 'acl_id');
      assert.deepEqual([should, least], [undefined, undefined]);
    }
    assert.ok(sent.some(({ must_not: others }) => others === undefined));
  });

  it('takes all ids but a few as a ceiling and those few, and keeps out what has no id or a later one', async () => {
    const { simulator, index } = await start();
    await index.write({
      upserts: [3, 7, 40_000].map((aclId) => testDocument(`d${aclId}`, 'word', aclId)),
    });
    const collection = [...simulator.standIn.collections.values()][0];
    const some = [...(collection?.points.values() ?? [])][0];
    if (some)
      collection?.points.set('x', {
        ...some,
        id: 'x',
        payload: { ...some.payload, doc: 'none', acl_id: null },
      });
    const all = Array.from({ length: 39_999 }, (_, at) => at).filter((id) => id !== 7);
    assert.deepEqual(await found(index, 'word', all), ['d3']);
  });

  it('[access.nobody] a caller without rights and a filter without values ask nothing', async () => {
    const { simulator, index } = await start();
    await index.write({ upserts: [testDocument('a', 'word', 1)] });
    simulator.forgetRequests();
    assert.deepEqual(await found(index, 'word', []), []);
    const { candidates } = await index.search(
      lexical('word', { filter: { labels: [] } }),
      testAccess([1]),
      signal,
    );
    assert.deepEqual(candidates, []);
    assert.deepEqual(
      simulator.requests.filter(({ path }) => path.includes('query')),
      [],
    );
  });

  it('shows only versions that are confirmed, whatever stands beside', async () => {
    const { index } = await start();
    const version = (version: number, text: string): VersionedDocument => ({
      version,
      document: testDocument('a', text, 1),
    });
    await index.stage([version(10, 'word old'), version(20, 'word new')]);
    const ask = async (confirmed: number | undefined, query: string, aclId = 1) => {
      const states = new Map(
        confirmed === undefined ? [] : [['a', { version: confirmed, aclId, aclVersion: confirmed }] as const],
      );
      const answer = await index.searchConfirmed(lexical(query), testAccess([1]), async () => states, signal);
      return answer.candidates.length;
    };
    assert.deepEqual([await ask(10, 'old'), await ask(10, 'new')], [1, 0]);
    assert.deepEqual([await ask(20, 'old'), await ask(20, 'new')], [0, 1]);
    assert.equal(await ask(undefined, 'word'), 0, 'removed');
    assert.equal(await ask(20, 'new', 2), 0, 'the catalog says that its readers are others');
    await index.settle([{ documentId: 'a', note: 1, below: 20 }]);
    assert.deepEqual(
      (await index.held(['a'])).map(({ version }) => version),
      [20],
    );
  });

  it('an older change of readers that comes late changes nothing', async () => {
    const { index } = await start();
    await index.stage([{ version: 10, document: testDocument('a', 'word', 1) }]);
    const settle = (aclId: number, aclVersion: number) =>
      index.settle([{ documentId: 'a', note: 1, confirmed: { version: 10, aclId, aclVersion } }]);
    await settle(3, 30);
    await settle(2, 20);
    assert.deepEqual(await found(index, 'word', [3]), ['a']);
    assert.deepEqual(await found(index, 'word', [2]), []);
  });

  it('keeps vectors of a body that stays', async () => {
    const { index } = await start();
    await index.useFingerprint(FINGERPRINT);
    const vector = vectorOf(seeded(2));
    const document = testDocument('a', 'word', 1);
    const chunks = document.chunks.map((each) => ({ ...each, vector }));
    await index.stage([{ version: 10, document: { ...document, chunks } }]);
    await index.stage([{ version: 20, document: { ...document, labels: ['x'] }, vectorsOf: 10 }]);
    await index.settle([{ documentId: 'a', note: 1, below: 20 }]);
    const request = { dense: { vector, fingerprint: FINGERPRINT }, candidates: 5, filter: { labels: ['x'] } };
    const { candidates } = await index.search(request, testAccess([1]), signal);
    assert.ok((candidates[0]?.cosine ?? 0) > 0.999);
  });

  it('tells how near the first chunk is beside the best one', async () => {
    const { index } = await start();
    await index.useFingerprint(FINGERPRINT);
    const [first, best] = [vectorOf(seeded(3)), vectorOf(seeded(4))];
    const document = testDocument('a', ['beginning', 'middle', 'end'], 1);
    const vectors = [first, vectorOf(seeded(5)), best];
    const chunks = document.chunks.map((each, at) => ({ ...each, vector: vectors[at] ?? first }));
    await index.write({ upserts: [{ ...document, chunks }] });
    const request = { dense: { vector: best, fingerprint: FINGERPRINT }, candidates: 1 };
    const { candidates } = await index.search(request, testAccess([1]), signal);
    assert.equal(candidates[0]?.denseChunkOrdinal, 2);
    const expected = first.reduce((sum, each, at) => sum + each * (best[at] ?? 0), 0);
    const length = (vector: Float32Array) => Math.hypot(...vector);
    assert.ok(Math.abs((candidates[0].leadCosine ?? 9) - expected / length(first) / length(best)) < 1e-5);
  });

  it('scores what its cut lists lack as whole lists do, however many chunks that is', async () => {
    const { simulator, index } = await start();
    await index.useFingerprint(FINGERPRINT);
    const random = seeded(7);
    const words = ['alpha', 'beta', 'gamma', 'delta'];
    const text = () => Array.from({ length: 12 }, () => words[Math.floor(random() * 4)]).join(' ');
    const upserts = Array.from({ length: 90 }, (_, at) => {
      // Some have more chunks than are asked for by their ids.
      const texts = Array.from({ length: at % 30 === 0 ? 90 : 1 + (at % 4) }, text);
      const document = testDocument(`d${at}`, texts, 1 + (at % 2));
      const chunks = document.chunks.map((each) => ({ ...each, vector: vectorOf(random) }));
      return { ...document, title: at % 3 === 0 ? text() : '', chunks };
    });
    await index.write({ upserts });
    for (const query of ['alpha', 'beta gamma', 'delta alpha']) {
      const request = lexical(query, { dense: { vector: vectorOf(random), fingerprint: FINGERPRINT } });
      const ask = async (candidates: number) =>
        (await index.search({ ...request, candidates }, testAccess([1, 2]), signal)).candidates;
      const whole = new Map((await ask(1_000)).map((each) => [each.documentId, each]));
      simulator.forgetRequests();
      const few = await ask(4);
      assert.ok(few.length >= 4);
      assert.ok(simulator.requests.length > 1, 'lists were cut');
      for (const each of few) assert.deepEqual(rounded(each), rounded(whole.get(each.documentId)), query);
    }
  });

  it('tells all documents that a question is about, of those that the caller may read', async () => {
    const { index } = await start();
    const many = Array.from({ length: 1_050 }, (_, at) => testDocument(`d${at}`, 'filler', 1));
    await index.write({
      upserts: [
        ...many,
        testDocument('rare', 'filler narwhal', 1),
        testDocument('hidden', 'filler narwhal', 2),
        { ...testDocument('headed', 'filler', 1), title: 'narwhal' },
      ],
    });
    const confirmed = async (ids: readonly string[]) => {
      const held = await index.held(ids);
      return new Map(held.map((each) => [each.documentId, each]));
    };
    const matching = (text: string, most = 5_000) =>
      index.matching({ query: analyseQuery(text), most }, testAccess([1]), confirmed, signal);
    const both = await matching('filler narwhal');
    assert.deepEqual([[...both.documentIds].sort(), both.isLowerBound], [['headed', 'rare'], false]);
    assert.equal((await matching('filler')).isLowerBound, true);
    const any = await matching('narwhal absent');
    assert.deepEqual([...any.documentIds].sort(), ['headed', 'rare']);
    const all = await index.matching({ most: 5_000 }, testAccess([1]), confirmed, signal);
    assert.deepEqual([all.documentIds.length, all.isLowerBound], [1_052, false]);
    const nobody = await index.matching({ most: 10 }, testAccess([]), confirmed, signal);
    assert.deepEqual(nobody.documentIds, []);
  });

  it('tells how rare terms are, as the server weighs them', async () => {
    const { index } = await start();
    const words = ['common', 'common', 'common', 'common rare'];
    await index.write({ upserts: words.map((text, at) => testDocument(`d${at}`, text, 1)) });
    const terms = analyseQuery('common rare absent').terms.map(({ term }) => term);
    const [common = 0, rare = 0, absent] = await index.rarity(terms, signal);
    const idf = (having: number) => Math.log(1 + (4 - having + 0.5) / (having + 0.5));
    assert.ok(Math.abs(common - idf(4)) < 1e-4 && Math.abs(rare - idf(1)) < 1e-4, `${common} ${rare}`);
    assert.equal(absent, 0);
  });

  it('sends again what may pass, and gives up on what may not', async () => {
    const { simulator, index } = await start();
    const isWrite = ({ method }: { method: string }) => method === 'PUT';
    simulator.respondNext({ status: 503, body: { status: { error: 'busy' } } }, isWrite);
    simulator.respondNext({ status: 500, cutAfterBytes: 1, body: 'x' }, isWrite);
    await index.write({ upserts: [testDocument('a', 'word', 1)] });
    assert.deepEqual(await found(index, 'word', [1]), ['a']);
    simulator.respondNext({ status: 400, body: { status: { error: 'no' } } }, isWrite);
    const error = await rejectsWith('UNEXPECTED', () =>
      index.write({ upserts: [testDocument('b', 'word', 1)] }),
    );
    assert.match(error.message, /no/);
  });

  it('does not take a write that was only accepted for one that was done', async () => {
    const { simulator, index } = await start({}, { attempts: 1 });
    const answer = { result: { operation_id: 1, status: 'wait_timeout' }, status: 'ok', time: 1 };
    simulator.respondNext({ status: 200, body: answer }, ({ method }) => method === 'PUT');
    await rejectsWith('STORE_UNREACHABLE', () => index.write({ upserts: [testDocument('a', 'word', 1)] }));
  });

  it('keeps the terminal to whoever runs it', async (test) => {
    const said = (['log', 'info', 'warn', 'error'] as const).map((level) =>
      test.mock.method(console, level, () => undefined),
    );
    const { index } = await start({ apiKey: 'a-key' }, { apiKey: { reveal: () => 'a-key' } });
    assert.equal((await index.stats()).chunks, 0);
    assert.deepEqual(
      said.flatMap(({ mock }) => mock.calls.map((call) => call.arguments)),
      [],
    );
  });

  it('says who refuses it, without its key', async () => {
    const key = 'a-key-nobody-may-see';
    const simulator = await startQdrant({ apiKey: key });
    running.push(() => simulator.close());
    const error = await rejectsWith('STORE_REFUSED', () =>
      createQdrantIndex({ url: simulator.url, apiKey: { reveal: () => 'wrong-key' } }),
    );
    assert.doesNotMatch(JSON.stringify([error.message, error.publicMessage]), /wrong-key/);
    const index = await createQdrantIndex({ url: simulator.url, apiKey: { reveal: () => key } });
    assert.equal((await index.stats()).chunks, 0);
    await index.close();
    await rejectsWith('STORE_UNREACHABLE', () =>
      createQdrantIndex({ url: 'http://127.0.0.1:1', attempts: 1 }),
    );
  });

  it('leaves collections of others alone, and their names', async () => {
    const { simulator } = await start();
    for (const name of ['A', 'a/b', '', 'あ'])
      await rejectsWith('CONFIG_INVALID', () => createQdrantIndex({ url: simulator.url, name }));
    const collection = [...simulator.standIn.collections.values()][0];
    if (collection) collection.config['metadata'] = {};
    await rejectsWith('STORE_DAMAGED', () => createQdrantIndex({ url: simulator.url }));
  });
});

/** Scores come as 32-bit numbers, and are added up. */
function rounded(candidate: unknown): unknown {
  return JSON.parse(
    JSON.stringify(candidate, (_, value: unknown) =>
      typeof value === 'number' ? Number(value.toFixed(5)) : value,
    ),
  );
}
