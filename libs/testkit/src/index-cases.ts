import assert from 'node:assert/strict';
import type { AccessFilter, SearchIndex } from '@fumikura/ports';
import { FINGERPRINT, lexical, vectorOf } from './builders.ts';
import { rejectsWith } from './contract.ts';
import { seeded } from './fixed-clock.ts';
import { testAccess } from './grants.ts';
import { testDocument } from './test-document.ts';

const signal = new AbortController().signal;

async function idsOf(index: SearchIndex, query: string, access: AccessFilter, candidates = 1_000) {
  const answer = await index.search(lexical(query, { candidates }), access, signal);
  return answer.candidates.map(({ documentId }) => documentId);
}

/** Further cases of the search index contract, about size, simultaneity and several openings. */
export const indexCases: Readonly<
  Record<string, (index: SearchIndex, another: () => Promise<SearchIndex>) => Promise<void>>
> = {
  'takes a very large filter, and one whose ids are far above all others': async (index) => {
    await index.write({ upserts: [testDocument('a', 'word', 150_000), testDocument('b', 'word', 3)] });
    const all = Array.from({ length: 200_000 }, (_, at) => at + 1);
    assert.deepEqual(await idsOf(index, 'word', testAccess(all)), ['a', 'b']);
    assert.deepEqual(await idsOf(index, 'word', testAccess(all.filter((id) => id !== 3))), ['a']);
    assert.deepEqual(await idsOf(index, 'word', testAccess([4_000_000_000])), []);
  },

  'does not show what was written with an acl_id that the filter is older than': async (index) => {
    const access = testAccess([1, 2]);
    await index.write({ upserts: [testDocument('a', 'word', 2)] });
    assert.deepEqual(await idsOf(index, 'word', access), ['a']);
    await index.write({ upserts: [testDocument('b', 'word', 3), testDocument('a', 'word', 3)] });
    assert.deepEqual(await idsOf(index, 'word', access), []);
  },

  'gives a full page to a caller who may read little': async (index) => {
    const better = Array.from({ length: 400 }, (_, at) => testDocument(`x${at}`, 'word word word word', 9));
    const mine = Array.from({ length: 10 }, (_, at) =>
      testDocument(`mine${at}`, `word and ${'other '.repeat(40)}`, 1),
    );
    await index.write({ upserts: [...better, ...mine] });
    assert.equal((await idsOf(index, 'word', testAccess([1]), 10)).length, 10);
    assert.equal((await idsOf(index, 'word', testAccess([1, 9]), 10)).length, 10);
  },

  'gives at most the documents asked for, the best ones': async (index) => {
    const upserts = Array.from({ length: 30 }, (_, at) =>
      testDocument(`d${at}`, `word ${'x '.repeat(at)}`, 1),
    );
    await index.write({ upserts });
    const all = await idsOf(index, 'word', testAccess([1]));
    assert.equal(all.length, 30);
    assert.deepEqual(await idsOf(index, 'word', testAccess([1]), 5), all.slice(0, 5));
  },

  'keeps the last of several writes of one document': async (index) => {
    await index.write({ upserts: [testDocument('a', 'first', 1), testDocument('a', ['last', 'really'], 1)] });
    assert.deepEqual(await idsOf(index, 'first', testAccess([1])), []);
    assert.deepEqual(await idsOf(index, 'really', testAccess([1])), ['a']);
    const { documents, chunks } = await index.stats();
    assert.deepEqual([documents, chunks], [1, 2]);
  },

  'tells the place of the best chunk, and by which part a document was found': async (index) => {
    const document = testDocument('a', ['nothing here', 'the rare word', 'nothing either'], 1);
    await index.write({ upserts: [document, { ...testDocument('b', ['rare'], 1), title: 'Handbook' }] });
    const search = async (query: string) =>
      (await index.search(lexical(query), testAccess([1]), signal)).candidates[0];
    const byWord = await search('word');
    assert.deepEqual([byWord?.documentId, byWord?.chunkOrdinal, byWord?.parts.title], ['a', 1, 0]);
    const byTitle = await search('handbook');
    assert.equal(byTitle?.documentId, 'b');
    assert.ok(byTitle.parts.title > 0);
  },

  'finds each of many simultaneous writes, and stays sound': async (index) => {
    const writes = Array.from({ length: 40 }, (_, at) =>
      index.write({
        upserts: [
          testDocument(`own${at}`, ['word', `own${at}`], 1),
          testDocument('shared', `word by${at}`, 1),
        ],
        ...(at % 4 === 3 && { removals: [`own${at - 3}`] }),
      }),
    );
    await Promise.all(writes);
    const expected = Array.from({ length: 40 }, (_, at) => `own${at}`).filter((_, at) => at % 4 !== 0);
    assert.deepEqual((await idsOf(index, 'word', testAccess([1]))).sort(), [...expected, 'shared'].sort());
    assert.deepEqual(await index.check(signal), []);
  },

  'scores documents of either side by both': async (index) => {
    await index.useFingerprint(FINGERPRINT);
    const random = seeded(9);
    const vectors = Array.from({ length: 20 }, () => vectorOf(random));
    const upserts = vectors.map((vector, at) => {
      const document = testDocument(`d${at}`, at < 5 ? 'word' : 'other', 1);
      // Two have no vector: not every document was embedded.
      const chunks = document.chunks.map((chunk) => (at < 2 ? chunk : { ...chunk, vector }));
      return { ...document, chunks };
    });
    await index.write({ upserts });
    const vector = vectors[12] ?? vectorOf(random);
    const { candidates } = await index.search(
      { ...lexical('word', { candidates: 5 }), dense: { vector, fingerprint: FINGERPRINT } },
      testAccess([1]),
      signal,
    );
    const byId = new Map(candidates.map((each) => [each.documentId, each]));
    for (const name of ['d0', 'd1', 'd2', 'd3', 'd4']) assert.ok((byId.get(name)?.lexical ?? 0) > 0);
    for (const name of ['d2', 'd3', 'd4']) {
      const real = (vectors[Number(name.slice(1))] ?? vector).reduce(
        (sum, x, at) => sum + x * (vector[at] ?? 0),
        0,
      );
      assert.ok(
        Math.abs((byId.get(name)?.cosine ?? 9) - real) < 0.02,
        `${name}: ${byId.get(name)?.cosine} for ${real}`,
      );
    }
    assert.equal(byId.get('d0')?.cosine, undefined);
    assert.equal(byId.get('d12')?.lexical, 0);
    assert.ok((byId.get('d12')?.cosine ?? 0) > 0.98);
  },

  'tells of each document how near its first chunk is, where it tells that at all': async (index) => {
    await index.useFingerprint(FINGERPRINT);
    const random = seeded(4);
    const [near, far, query] = [vectorOf(random), vectorOf(random), vectorOf(random)];
    const chunksOf = (vectors: readonly Float32Array[]) =>
      vectors.map((vector, ordinal) => ({ ordinal, headingPath: [], text: `word ${ordinal}`, vector }));
    const documents = { 'lead-last': [far, near, query], 'lead-best': [query, far], single: [near] };
    await index.write({
      upserts: Object.entries(documents).map(([id, vectors]) => ({
        ...testDocument(id, 'word', 1),
        chunks: chunksOf(vectors),
      })),
    });
    const { candidates } = await index.search(
      { ...lexical('word', { candidates: 5 }), dense: { vector: query, fingerprint: FINGERPRINT } },
      testAccess([1]),
      signal,
    );
    assert.equal(candidates.length, 3);
    for (const { documentId, leadCosine, cosine } of candidates) {
      const [first = query] = documents[documentId as keyof typeof documents];
      const real = first.reduce((sum, x, at) => sum + x * (query[at] ?? 0), 0);
      if (leadCosine !== undefined)
        assert.ok(Math.abs(leadCosine - real) < 0.02, `${documentId}: ${leadCosine}`);
      assert.ok((cosine ?? -1) >= (leadCosine ?? -1));
    }
  },

  'is bound to one model while it has vectors of it': async (index) => {
    await index.useFingerprint(FINGERPRINT);
    const other = { ...FINGERPRINT, model: 'other', dimension: 32 };
    await index.useFingerprint(other);
    const document = testDocument('a', 'word', 1);
    const vector = vectorOf(seeded(1), 32);
    await index.write({
      upserts: [{ ...document, chunks: document.chunks.map((chunk) => ({ ...chunk, vector })) }],
    });
    await rejectsWith('FINGERPRINT_MISMATCH', () => index.useFingerprint(FINGERPRINT));
    await index.useFingerprint(other);
    assert.deepEqual((await index.stats()).fingerprint, other);
    await index.write({ removals: ['a'] });
    await index.useFingerprint(FINGERPRINT);
  },

  'stops when the caller has gone': async (index) => {
    await index.write({ upserts: [testDocument('a', 'word', 1)] });
    await rejectsWith('CANCELLED', () => index.search(lexical('word'), testAccess([1]), AbortSignal.abort()));
    await rejectsWith('CANCELLED', () => index.check(AbortSignal.abort()));
    await index.maintain(AbortSignal.abort());
    assert.deepEqual(await idsOf(index, 'word', testAccess([1])), ['a']);
  },

  'gives every committed write a higher version': async (index) => {
    const version = async () => (await index.search(lexical('word'), testAccess([1]), signal)).indexVersion;
    const seen = [await version()];
    await index.write({ upserts: [testDocument('a', 'word', 1)] });
    seen.push(await version());
    await index.write({ acls: [{ documentId: 'a', aclId: 2 }] });
    seen.push(await version());
    await index.write({ removals: ['a'] });
    seen.push(await version());
    assert.deepEqual(
      seen,
      [...new Set(seen)].sort((a, b) => a - b),
    );
    assert.equal(await version(), seen.at(-1));
  },

  'answers alike before and after upkeep, for another opening too': async (index, another) => {
    const other = await another();
    const text = (at: number) => `common word${at % 7} rare${at}`;
    for (let round = 0; round < 15; round++) {
      const upserts = Array.from({ length: 80 }, (_, at) =>
        testDocument(`d${(round * 40 + at) % 500}`, [text(round + at), text(at)], 1 + (at % 2)),
      );
      await index.write({ upserts, removals: [`d${round * 7}`] });
    }
    const answer = async (from: SearchIndex) =>
      (await from.search(lexical('common word3 rare20'), testAccess([1]), signal)).candidates;
    const before = await answer(index);
    assert.deepEqual(await answer(other), before);
    await index.maintain(signal);
    assert.deepEqual(await answer(index), before);
    assert.deepEqual(await answer(other), before);
    assert.deepEqual(await index.check(signal), []);
    assert.deepEqual(await other.check(signal), []);
  },

  'shows one opening what another one wrote, moved and removed': async (index, another) => {
    const other = await another();
    await index.write({ upserts: [testDocument('a', 'word', 1)] });
    assert.deepEqual(await idsOf(other, 'word', testAccess([1])), ['a']);
    await other.write({ acls: [{ documentId: 'a', aclId: 2 }] });
    assert.deepEqual(await idsOf(index, 'word', testAccess([1])), []);
    assert.deepEqual(await idsOf(index, 'word', testAccess([2])), ['a']);
    await index.write({ removals: ['a'] });
    assert.deepEqual(await idsOf(other, 'word', testAccess([1, 2])), []);
  },
};
