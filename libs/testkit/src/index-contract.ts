import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccessFilter, IndexDocument, SearchIndex } from '@fumikura/ports';
import { LEXICAL_WEIGHTS } from '@fumikura/ports';
import { analyseQuery } from '@fumikura/text';
import fc from 'fast-check';
import { testAccess } from './grants.ts';
import { indexCases } from './index-cases.ts';
import { scenario } from './index-scenario.ts';
import { referenceRanking } from './reference-ranking.ts';
import type { ReferenceAverages } from './reference-ranking.ts';
import { testDocument } from './test-document.ts';

export interface OpenIndex {
  readonly index: SearchIndex;
  /** Opens the same index once more, as another process would; closed with the first. */
  another(): Promise<SearchIndex>;
  close(): Promise<void>;
}

const FINGERPRINT = { model: 'test', dimension: 16, promptForm: 'none', chunkerVersion: '1' };
const signal = new AbortController().signal;

/**
 * What every `SearchIndex` does, whatever lies below. `make` gives an empty one; it is closed after each case.
 * @param averages for an index whose scores are relative to constant lengths
 */
export function searchIndexContract(make: () => Promise<OpenIndex>, averages?: ReferenceAverages): void {
  const using = async (work: (index: SearchIndex) => Promise<void>) => {
    const { index, close } = await make();
    try {
      await work(index);
    } finally {
      await close();
    }
  };
  const find = async (index: SearchIndex, text: string, access: AccessFilter, filter = {}) => {
    const request = { lexical: { query: analyseQuery(text) }, filter, candidates: 1_000 };
    return (await index.search(request, access, signal)).candidates;
  };
  const ids = async (index: SearchIndex, text: string, access: AccessFilter, filter = {}) =>
    (await find(index, text, access, filter)).map(({ documentId }) => documentId);

  describe('search index contract', () => {
    it('answers nothing when empty', () =>
      using(async (index) => assert.deepEqual(await ids(index, 'anything', testAccess([1])), [])));

    it('[access.inside-scan] shows a caller only what their acl_ids admit, and nobody without any', () =>
      using(async (index) => {
        await index.write({
          upserts: [testDocument('a', 'shared word', 1), testDocument('b', 'shared word', 2)],
        });
        assert.deepEqual(await ids(index, 'word', testAccess([2])), ['b']);
        assert.deepEqual(await ids(index, 'word', testAccess([])), []);
        assert.deepEqual(await ids(index, 'word', testAccess([7, 99_999])), []);
      }));

    it('[access.required] refuses an object that is no access filter', () =>
      using(async (index) => {
        const forged = { aclIds: [1] } as unknown as AccessFilter;
        await assert.rejects(find(index, 'word', forged), { code: 'ACCESS_FILTER_INVALID' });
      }));

    it('replaces all chunks of a document', () =>
      using(async (index) => {
        await index.write({ upserts: [testDocument('a', ['old first', 'old second'], 1)] });
        await index.write({ upserts: [testDocument('a', 'fresh', 1)] });
        assert.deepEqual(await ids(index, 'old', testAccess([1])), []);
        assert.deepEqual(await ids(index, 'fresh', testAccess([1])), ['a']);
        assert.equal((await index.stats()).chunks, 1);
      }));

    it('moves a document to another acl_id without touching its words', () =>
      using(async (index) => {
        await index.write({ upserts: [testDocument('a', 'secret', 1)] });
        await index.write({ acls: [{ documentId: 'a', aclId: 2 }] });
        assert.deepEqual(await ids(index, 'secret', testAccess([1])), []);
        assert.deepEqual(await ids(index, 'secret', testAccess([2])), ['a']);
      }));

    it('forgets removed documents', () =>
      using(async (index) => {
        await index.write({ upserts: [testDocument('a', 'gone', 1), testDocument('b', 'gone', 1)] });
        await index.write({ removals: ['a', 'never there'] });
        assert.deepEqual(await ids(index, 'gone', testAccess([1])), ['b']);
      }));

    it('finds a document by its title alone', () =>
      using(async (index) => {
        await index.write({ upserts: [{ ...testDocument('a', [], 1), title: 'Onboarding' }] });
        assert.deepEqual(await ids(index, 'onboarding', testAccess([1])), ['a']);
      }));

    it('[search.filters] joins filters by AND and their values by OR; an empty list matches nothing', () =>
      using(async (index) => {
        await index.write({
          upserts: [
            {
              ...testDocument('a', 'x', 1),
              kind: 'page',
              labels: ['red', 'blue'],
              updatedAt: '2026-01-10T00:00:00Z',
            },
            {
              ...testDocument('b', 'x', 1),
              kind: 'mail',
              labels: ['blue'],
              updatedAt: '2026-02-10T00:00:00Z',
            },
            { ...testDocument('c', 'x', 1), kind: 'page', authors: ['Mika'] },
          ],
        });
        const access = testAccess([1]);
        const matching = async (filter: object) => (await ids(index, 'x', access, filter)).sort();
        assert.deepEqual(await matching({ kinds: ['page'] }), ['a', 'c']);
        assert.deepEqual(await matching({ kinds: ['page', 'mail'], labels: ['blue'] }), ['a', 'b']);
        assert.deepEqual(await matching({ labels: ['red'], kinds: ['mail'] }), []);
        assert.deepEqual(await matching({ authors: ['Mika'] }), ['c']);
        assert.deepEqual(await matching({ updatedFrom: '2026-02-01T00:00:00Z' }), ['b']);
        assert.deepEqual(await matching({ updatedBefore: '2026-02-01T00:00:00Z' }), ['a']);
        assert.deepEqual(await matching({ kinds: [] }), []);
        assert.deepEqual(await matching({ kinds: ['unheard of'] }), []);
      }));

    it('[search.ties] keeps a stable order on ties', () =>
      using(async (index) => {
        await index.write({ upserts: ['c', 'a', 'b'].map((id) => testDocument(id, 'tie', 1)) });
        assert.deepEqual(await ids(index, 'tie', testAccess([1])), ['a', 'b', 'c']);
      }));

    it('refuses vectors of another dimension, NaN, infinities and zero', () =>
      using(async (index) => {
        await index.useFingerprint(FINGERPRINT);
        for (const vector of [
          new Float32Array(8).fill(1),
          new Float32Array(16),
          new Float32Array(16).fill(Number.NaN),
          new Float32Array(16).fill(Infinity),
        ]) {
          const document = testDocument('a', 'x', 1);
          const upserts = [{ ...document, chunks: document.chunks.map((chunk) => ({ ...chunk, vector })) }];
          await assert.rejects(index.write({ upserts }), { code: 'VECTOR_INVALID' });
        }
        assert.deepEqual(await ids(index, 'x', testAccess([1])), []);
        await assert.rejects(
          index
            .search(
              {
                dense: {
                  vector: new Float32Array(16).fill(1),
                  fingerprint: { ...FINGERPRINT, model: 'other' },
                },
                candidates: 5,
              },
              testAccess([1]),
              signal,
            )
            .then(async (answer) => {
              // An empty index may answer before it compares; with a vector in it, it may not.
              assert.deepEqual(answer.candidates, []);
              await index.write({ upserts: [withVector('v', 1, 0)] });
              return index.search(
                {
                  dense: {
                    vector: new Float32Array(16).fill(1),
                    fingerprint: { ...FINGERPRINT, model: 'other' },
                  },
                  candidates: 5,
                },
                testAccess([1]),
                signal,
              );
            }),
          { code: 'FINGERPRINT_MISMATCH' },
        );
      }));

    it('[access.inside-scan] ranks by cosine and never shows a vector the caller may not read', () =>
      using(async (index) => {
        await index.useFingerprint(FINGERPRINT);
        await index.write({
          upserts: Array.from({ length: 40 }, (_, at) => withVector(`d${at}`, at % 2, at)),
        });
        const request = { dense: { vector: direction(7), fingerprint: FINGERPRINT }, candidates: 5 };
        const { candidates } = await index.search(request, testAccess([1]), signal);
        assert.equal(candidates[0]?.documentId, 'd7');
        assert.ok((candidates[0]?.cosine ?? 0) > 0.99);
        assert.ok(candidates.every(({ documentId }) => Number(documentId.slice(1)) % 2 === 1));
      }));

    for (const [title, run] of Object.entries(indexCases)) {
      it(title, async () => {
        const { index, another, close } = await make();
        try {
          await run(index, another);
        } finally {
          await close();
        }
      });
    }

    it(
      'scores as the definition does, for any documents, readers and order of writes',
      { timeout: 120_000 },
      () =>
        fc.assert(
          fc.asyncProperty(scenario, async ({ batches, query, allowed }) => {
            await using(async (index) => {
              for (const upserts of batches) {
                await index.write({ upserts });
                await index.maintain(signal);
              }
              const documents = batches.flat();
              const expected = referenceRanking(
                documents,
                query,
                LEXICAL_WEIGHTS,
                ({ aclId }) => allowed.includes(aclId),
                averages,
              );
              const found = await find(index, query, testAccess(allowed));
              assert.deepEqual(found.map(({ documentId }) => documentId).sort(), [...expected.keys()].sort());
              for (const { documentId, lexical } of found) {
                const wanted = expected.get(documentId) ?? 0;
                assert.ok(
                  Math.abs(lexical - wanted) < 1e-4 * Math.max(1, wanted),
                  `${documentId}: ${lexical} instead of ${wanted}`,
                );
              }
              assert.deepEqual(await index.check(signal), []);
            });
          }),
          { numRuns: 25 },
        ),
    );
  });
}

function withVector(id: string, aclId: number, at: number): IndexDocument {
  const document = testDocument(id, 'vector', aclId);
  return { ...document, chunks: document.chunks.map((chunk) => ({ ...chunk, vector: direction(at) })) };
}

/** A distinct direction for each number. */
function direction(at: number): Float32Array {
  return Float32Array.from({ length: 16 }, (_, axis) => Math.sin((at + 1) * (axis + 1) * 1.7) + 0.01);
}
