import assert from 'node:assert/strict';
import type { DocumentHead } from '@fumikura/model';
import type { DocumentWrite, IndexFilter, SearchRequest, Store } from '@fumikura/ports';
import type { TextConditions } from '@fumikura/text';
import { BOB, documentWrite, filterFor, FINGERPRINT, headOf, lexical, vectorOf } from '../builders.ts';
import type { Case } from '../contract.ts';
import { seeded } from '../fixed-clock.ts';
import { ALL, HERS, LISTS, SOURCE, signal, found, isSound, dense } from './store-under-test.ts';

/** What is found of what was written, and in which order. */
export const findingCases: Readonly<Record<string, Case<Store>>> = {
  'a document without chunks is found by its title': async (store) => {
    const write: DocumentWrite = documentWrite(`${SOURCE}/a`, ALL, { title: 'Onboarding', parts: [] });
    await store.commit({ source: SOURCE, lists: LISTS, upserts: [write] });
    assert.deepEqual(await found(store, 'onboarding', await filterFor(store.catalog, BOB)), ['a']);
    await isSound(store);
  },

  'new facts of an unchanged body reach the filters, and keep words and vectors': async (store) => {
    await store.index.useFingerprint(FINGERPRINT);
    const random = seeded(3);
    const vectors = [vectorOf(random), vectorOf(random)];
    const write = documentWrite(`${SOURCE}/a`, ALL, { parts: ['word', 'other'], vectors, labels: ['old'] });
    await store.commit({ source: SOURCE, lists: LISTS, upserts: [write] });
    const head: DocumentHead = {
      ...headOf(write),
      kind: 'mail',
      labels: ['new'],
      authors: ['Mika'],
      updatedAt: '2026-05-01T00:00:00.000Z',
      breadcrumbs: ['Elsewhere'],
    };
    await store.commit({ source: SOURCE, heads: [head] });
    const access = await filterFor(store.catalog, BOB);
    assert.deepEqual(await found(store, 'word', access, { labels: ['old'] }), []);
    const filter = {
      labels: ['new'],
      kinds: ['mail'],
      authors: ['Mika'],
      updatedFrom: '2026-04-30T00:00:00Z',
    };
    assert.deepEqual(await found(store, 'word', access, filter), ['a']);
    const [best] = await dense(store, vectors[1] ?? vectorOf(random), access);
    assert.equal(best?.documentId, write.document.id);
    assert.equal(best.denseChunkOrdinal, 1);
    assert.ok((best.cosine ?? 0) > 0.98, `cosine ${best.cosine}`);
    await store.commit({ source: SOURCE, heads: [{ ...head, version: '9', acl: HERS }] });
    assert.deepEqual(await found(store, 'word', access), []);
    assert.deepEqual(await dense(store, vectors[1] ?? vectorOf(random), access), []);
    await isSound(store);
  },

  'vectors of a batch win over those the index has, also when the batch brings new facts': async (store) => {
    await store.index.useFingerprint(FINGERPRINT);
    const random = seeded(4);
    const [old, fresh] = [vectorOf(random), vectorOf(random)];
    const write = (vector: Float32Array, version: string) =>
      documentWrite(`${SOURCE}/a`, ALL, { parts: [`word ${version}`], vectors: [vector], version });
    await store.commit({ source: SOURCE, lists: LISTS, upserts: [write(old, '1')] });
    const head = { ...headOf(write(fresh, '2')), labels: ['x'] };
    await store.commit({ source: SOURCE, upserts: [write(fresh, '2')], heads: [head] });
    const access = await filterFor(store.catalog, BOB);
    const [best] = await dense(store, fresh, access);
    assert.ok((best?.cosine ?? 0) > 0.98, `cosine ${best?.cosine}`);
    assert.deepEqual(await found(store, 'word', access, { labels: ['x'] }), ['a']);
    await isSound(store);
  },

  'phrases, titles and exclusions hold whatever ranks': async (store) => {
    const upserts = [
      documentWrite(`${SOURCE}/rota`, ALL, {
        title: 'On-call rota',
        parts: ['The on-call engineer rotates keys.', 'Second part: draft of the plan.'],
        breadcrumbs: ['Operations'],
      }),
      documentWrite(`${SOURCE}/keys`, ALL, {
        title: 'Rotating keys',
        parts: ['keys rotates nobody, drafts'],
      }),
      documentWrite(`${SOURCE}/ja`, ALL, {
        title: '経費',
        parts: ['出張の経費精算は月末までに行う。', 'rotates keys'],
      }),
      documentWrite(`${SOURCE}/hers`, HERS, { title: 'hers', parts: ['rotates keys in secret'] }),
    ];
    await store.commit({ source: SOURCE, lists: LISTS, upserts });
    const access = await filterFor(store.catalog, BOB);
    const meeting = async (text: string, conditions: TextConditions, filter?: IndexFilter) => {
      const request = lexical(text, { conditions, ...(filter && { filter }) });
      const { candidates } = await store.index.search(request, access, signal);
      return candidates.map(({ documentId }) => documentId.slice(SOURCE.length + 1)).sort();
    };
    assert.deepEqual(await meeting('rotates keys', { phrases: ['Rotates  KEYS'] }), ['ja', 'rota']);
    assert.deepEqual(await meeting('rotates keys', { phrases: ['rotates key'] }), []);
    assert.deepEqual(await meeting('keys', { phrases: ['keys second part'] }), ['rota']);
    assert.deepEqual(await meeting('経費', { phrases: ['経費精算は月末'] }), ['ja']);
    assert.deepEqual(await meeting('経費', { phrases: ['経費精算の月末'] }), []);
    assert.deepEqual(await meeting('keys', { title: ['rotate'] }), ['keys']);
    assert.deepEqual(await meeting('keys', { title: ['on call'] }), ['rota']);
    assert.deepEqual(await meeting('keys', { excluded: ['draft'] }), ['ja']);
    assert.deepEqual(await meeting('keys', { excludedPhrases: ['draft'] }), ['ja', 'keys']);
    assert.deepEqual(await meeting('keys', { excluded: ['経費精算'] }), ['keys', 'rota']);
    assert.deepEqual(await meeting('keys', {}, { spaces: ['Operations'] }), ['rota']);
    assert.deepEqual(await meeting('keys', {}, { excluded: { spaces: ['Operations'] } }), ['ja', 'keys']);
    assert.deepEqual(await meeting('keys', {}, { spaces: [] }), []);
    const spaces = await store.catalog.fieldValues('space', access, 10);
    assert.deepEqual(spaces, [{ value: 'Operations', documents: 1 }]);
  },

  'without a question the newest come first, within filter and conditions': async (store) => {
    const at = (name: string, updatedAt: string | undefined, more = {}) =>
      documentWrite(`${SOURCE}/${name}`, name === 'hers' ? HERS : ALL, {
        title: name,
        ...(updatedAt && { updatedAt }),
        ...more,
      });
    const upserts = [
      at('old', '2025-01-01T00:00:00Z'),
      at('new', '2026-01-03T00:00:00Z', { labels: ['x'] }),
      at('hers', '2026-01-09T00:00:00Z'),
      at('undated', undefined),
      at('middle', '2026-01-02T00:00:00Z', { parts: ['one', 'two'], labels: ['y'] }),
    ];
    await store.commit({ source: SOURCE, lists: LISTS, upserts });
    const access = await filterFor(store.catalog, BOB);
    const newest = async (more: Partial<SearchRequest> = {}) => {
      const { candidates } = await store.index.search({ candidates: 10, ...more }, access, signal);
      return candidates.map(({ documentId }) => documentId.slice(SOURCE.length + 1));
    };
    assert.deepEqual(await newest(), ['new', 'middle', 'old', 'undated']);
    assert.deepEqual(await newest({ candidates: 2 }), ['new', 'middle']);
    assert.deepEqual(await newest({ filter: { labels: ['x', 'y'] } }), ['new', 'middle']);
    assert.deepEqual(await newest({ filter: { excluded: { labels: ['x'] } } }), ['middle', 'old', 'undated']);
    assert.deepEqual(await newest({ conditions: { phrases: ['one two'] } }), ['middle']);
    assert.deepEqual(await newest({ conditions: { excluded: ['middle'] } }), ['new', 'old', 'undated']);
  },
};
