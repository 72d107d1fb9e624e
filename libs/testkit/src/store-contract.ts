import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { DocumentHead } from '@fumikura/model';
import type { AccessFilter, DocumentWrite, IndexFilter, SearchRequest, Store } from '@fumikura/ports';
import type { TextConditions } from '@fumikura/text';
import {
  ALICE,
  allowList,
  BOB,
  documentWrite,
  filterFor,
  FINGERPRINT,
  headOf,
  lexical,
  vectorOf,
} from './builders.ts';
import { registerCases, rejectsWith } from './contract.ts';
import type { Case, ContractOptions } from './contract.ts';
import { seeded } from './fixed-clock.ts';

const SOURCE = 'test:wiki';
const LISTS = [allowList('all', ALICE, BOB), allowList('hers', ALICE)];
const ALL = { allow: ['all'] };
const HERS = { allow: ['hers'] };

/** What catalog and index of one store do together. */
export function storeContract(options: ContractOptions<Store>): void {
  describe('store contract', () => registerCases(options, storeCases));
}

const signal = new AbortController().signal;

async function found(
  store: Store,
  query: string,
  access: AccessFilter,
  filter?: IndexFilter,
): Promise<string[]> {
  const answer = await store.index.search(lexical(query, filter && { filter }), access, signal);
  return answer.candidates.map(({ documentId }) => documentId.slice(SOURCE.length + 1)).sort();
}

async function isSound({ index }: Store): Promise<void> {
  assert.deepEqual(await index.check(signal), []);
}

/** Everything a caller can see of a store, to compare before and after. */
async function stateOf(store: Store): Promise<unknown> {
  const access = await filterFor(store.catalog, ALICE);
  const ids = await store.catalog.listIds(SOURCE, undefined, 1_000);
  return {
    ids,
    records: await store.catalog.readable(ids, access),
    texts: await Promise.all(ids.map((id) => store.catalog.text(id, access))),
    sources: await store.catalog.sources(),
    lists: await store.catalog.lists(['all', 'hers']),
    letters: await store.catalog.deadLetters(undefined, 10),
    checkpoint: await store.catalog.checkpoint(SOURCE),
    version: await store.catalog.accessVersion(),
    kinds: await store.catalog.fieldValues('kind', access, 10),
    word: await found(store, 'word', access),
    documents: (await store.index.stats()).documents,
  };
}

const storeCases: Readonly<Record<string, Case<Store>>> = {
  '[sync.one-transaction] a batch is in the catalog and in the index at once': async (store) => {
    const upserts = [documentWrite(`${SOURCE}/a`, ALL, { parts: ['some word'] })];
    await store.commit({ source: SOURCE, lists: LISTS, upserts, checkpoint: 1 });
    const access = await filterFor(store.catalog, BOB);
    assert.deepEqual(await found(store, 'word', access), ['a']);
    assert.equal((await store.catalog.text(`${SOURCE}/a`, access))?.text, 'some word');
    await isSound(store);
  },

  '[sync.one-transaction] a batch with one impossible part leaves nothing behind': async (store) => {
    await store.index.useFingerprint(FINGERPRINT);
    const before = documentWrite(`${SOURCE}/a`, ALL, { parts: ['word of before'] });
    await store.commit({ source: SOURCE, lists: LISTS, upserts: [before], checkpoint: 1 });
    const state = await stateOf(store);
    const impossible = documentWrite(`${SOURCE}/c`, ALL, { vectors: [new Float32Array(3).fill(1)] });
    await rejectsWith('VECTOR_INVALID', () =>
      store.commit({
        source: SOURCE,
        lists: [allowList('all', BOB), allowList('new', ALICE)],
        upserts: [
          documentWrite(`${SOURCE}/a`, { allow: ['new'] }, { parts: ['word of after'], version: '2' }),
          documentWrite(`${SOURCE}/b`, ALL, { parts: ['word'] }),
          impossible,
        ],
        removals: [`${SOURCE}/a`],
        deadLetters: [{ documentId: `${SOURCE}/d`, code: 'PARSE_FAILED', reason: 'x' }],
        checkpoint: 2,
      }),
    );
    assert.deepEqual(await stateOf(store), state);
    await isSound(store);
    await store.commit({ source: SOURCE, upserts: [documentWrite(`${SOURCE}/b`, { allow: ['new'] })] });
    assert.deepEqual(
      await store.catalog.readable([`${SOURCE}/b`], await filterFor(store.catalog, ALICE)),
      [],
    );
    await isSound(store);
  },

  '[sync.repeat] a batch written twice is as good as once': async (store) => {
    const upserts = ['a', 'b', 'c'].map((name) =>
      documentWrite(`${SOURCE}/${name}`, ALL, { parts: [`word ${name}`, 'second part'] }),
    );
    const batch = {
      source: SOURCE,
      lists: LISTS,
      upserts,
      removals: [`${SOURCE}/z`],
      checkpoint: 7,
    } as const;
    await store.commit(batch);
    const access = await filterFor(store.catalog, BOB);
    const ranked = async () => {
      const { candidates } = await store.index.search(lexical('word second'), access, signal);
      // Not the scores: statistics may count replaced chunks until upkeep removes them.
      return candidates.map(({ documentId, chunkOrdinal }) => [documentId, chunkOrdinal]);
    };
    const once = { ranked: await ranked(), stats: await store.index.stats() };
    await store.commit(batch);
    assert.deepEqual(await ranked(), once.ranked);
    const { documents, chunks } = await store.index.stats();
    assert.deepEqual([documents, chunks], [once.stats.documents, once.stats.chunks]);
    await isSound(store);
  },

  'what a batch both removes and writes is there afterwards': async (store) => {
    await store.commit({
      source: SOURCE,
      lists: LISTS,
      upserts: [documentWrite(`${SOURCE}/a`, ALL, { parts: ['word'] })],
      removals: [`${SOURCE}/a`],
    });
    assert.deepEqual(await found(store, 'word', await filterFor(store.catalog, BOB)), ['a']);
    await isSound(store);
  },

  'a document without chunks is found by its title': async (store) => {
    const write: DocumentWrite = documentWrite(`${SOURCE}/a`, ALL, { title: 'Onboarding', parts: [] });
    await store.commit({ source: SOURCE, lists: LISTS, upserts: [write] });
    assert.deepEqual(await found(store, 'onboarding', await filterFor(store.catalog, BOB)), ['a']);
    await isSound(store);
  },

  'who may read decides what is found: ACL, list, denial, removal': async (store) => {
    const id = `${SOURCE}/a`;
    const who = async () => {
      const seen = [];
      for (const [name, principal] of [
        ['alice', ALICE],
        ['bob', BOB],
      ] as const)
        if ((await found(store, 'word', await filterFor(store.catalog, principal))).length > 0)
          seen.push(name);
      assert.deepEqual(await found(store, 'word', await filterFor(store.catalog)), []);
      return seen.join(' ');
    };
    await store.commit({
      source: SOURCE,
      lists: LISTS,
      upserts: [documentWrite(id, ALL, { parts: ['word'] })],
    });
    assert.equal(await who(), 'alice bob');
    await store.commit({ source: SOURCE, acls: [{ id, acl: HERS }] });
    assert.equal(await who(), 'alice');
    const { chunks, deadSlots } = await store.index.stats();
    await store.catalog.putLists([allowList('hers', BOB)]);
    assert.equal(await who(), 'bob');
    const after = await store.index.stats();
    assert.deepEqual([after.chunks, after.deadSlots], [chunks, deadSlots], 'a list touches no chunk');
    await store.commit({ source: SOURCE, acls: [{ id, acl: { ...ALL, deny: [BOB] } }] });
    assert.equal(await who(), 'alice');
    await store.commit({ source: SOURCE, acls: [{ id, acl: { allow: [] } }] });
    assert.equal(await who(), '');
    await store.commit({ source: SOURCE, acls: [{ id, acl: ALL }], removals: [] });
    assert.equal(await who(), 'alice bob');
    await store.commit({ source: SOURCE, removals: [id] });
    assert.equal(await who(), '');
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

  'a removed source is found no more, the others are': async (store) => {
    const upserts = ['a', 'b'].map((name) => documentWrite(`${SOURCE}/${name}`, ALL, { parts: ['word'] }));
    await store.commit({ source: SOURCE, upserts });
    const kept = documentWrite('test:mail/m', { allow: ['mail'] }, { parts: ['word'] });
    await store.commit({ source: 'test:mail', lists: [allowList('mail', BOB)], upserts: [kept] });
    assert.equal(await store.catalog.removeSource(SOURCE), 2);
    const { candidates } = await store.index.search(
      lexical('word'),
      await filterFor(store.catalog, BOB),
      signal,
    );
    assert.deepEqual(
      candidates.map(({ documentId }) => documentId),
      ['test:mail/m'],
    );
    assert.equal((await store.index.stats()).documents, 1);
    await isSound(store);
  },

  'two openings find what the other one wrote, changed, closed and removed': async (store, openAnother) => {
    const other = await openAnother();
    const id = `${SOURCE}/a`;
    const access = async (from: Store) => filterFor(from.catalog, BOB);
    for (const [writer, reader, round] of [
      [store, other, 1],
      [other, store, 2],
      [store, other, 3],
    ] as const) {
      const write = documentWrite(id, ALL, { parts: [`round${round}`], version: `${round}` });
      await writer.commit({ source: SOURCE, lists: LISTS, upserts: [write] });
      assert.deepEqual(await found(reader, `round${round}`, await access(reader)), ['a']);
      assert.deepEqual(await found(reader, `round${round - 1}`, await access(reader)), []);
      await writer.commit({ source: SOURCE, acls: [{ id, acl: HERS }] });
      assert.deepEqual(await found(reader, `round${round}`, await access(reader)), []);
      await writer.commit({ source: SOURCE, removals: [id] });
      assert.deepEqual(await found(reader, `round${round}`, await filterFor(reader.catalog, ALICE)), []);
    }
    await isSound(store);
  },

  'writes of two openings at the same time are all there': async (store, openAnother) => {
    const other = await openAnother();
    await store.commit({ source: SOURCE, lists: LISTS });
    const write = (by: Store, name: string) =>
      by.commit({
        source: SOURCE,
        upserts: [
          documentWrite(`${SOURCE}/${name}`, ALL, { parts: ['word', name] }),
          documentWrite(`${SOURCE}/both`, ALL, { parts: [`word ${name}`], version: name }),
        ],
      });
    const names = Array.from({ length: 20 }, (_, at) => `n${at}`);
    await Promise.all(names.map((name, at) => write(at % 2 === 0 ? store : other, name)));
    for (const each of [store, other]) {
      const access = await filterFor(each.catalog, BOB);
      assert.deepEqual(await found(each, 'word', access), [...names, 'both'].sort());
      assert.equal((await each.index.stats()).documents, names.length + 1);
      await isSound(each);
    }
  },

  'many documents, changed and removed at random, are what a plain list of them says': async (store) => {
    await store.commit({ source: SOURCE, lists: LISTS });
    const random = seeded(5);
    const kept = new Map<string, { readonly word: string; readonly isHers: boolean }>();
    const words = ['alpha', 'beta', 'gamma', 'delta'];
    for (let round = 0; round < 25; round++) {
      const names = [...new Set(Array.from({ length: 12 }, () => `d${Math.floor(random() * 60)}`))];
      const [removed, moved, written] = [names.slice(0, 2), names.slice(2, 4), names.slice(4)];
      const upserts = written.map((name) => {
        const word = words[Math.floor(random() * words.length)] ?? 'alpha';
        const isHers = random() < 0.4;
        kept.set(name, { word, isHers });
        const parts = Array.from({ length: 1 + Math.floor(random() * 4) }, () => `${word} text`);
        return documentWrite(`${SOURCE}/${name}`, isHers ? HERS : ALL, { parts });
      });
      for (const name of removed) kept.delete(name);
      const acls = moved.flatMap((name) => {
        const known = kept.get(name);
        if (known) kept.set(name, { ...known, isHers: !known.isHers });
        return [{ id: `${SOURCE}/${name}`, acl: known?.isHers === false ? HERS : ALL }];
      });
      await store.commit({
        source: SOURCE,
        upserts,
        acls,
        removals: removed.map((name) => `${SOURCE}/${name}`),
      });
    }
    await store.index.maintain(signal);
    for (const [principal, mayReadHers] of [
      [ALICE, true],
      [BOB, false],
    ] as const) {
      const access = await filterFor(store.catalog, principal);
      for (const word of words) {
        const expected = [...kept].filter(([, each]) => each.word === word && (mayReadHers || !each.isHers));
        assert.deepEqual(await found(store, word, access), expected.map(([name]) => name).sort());
      }
    }
    assert.equal((await store.index.stats()).documents, kept.size);
    assert.equal((await store.catalog.sources())[0]?.documents, kept.size);
    await isSound(store);
  },

  'a closed store refuses, and what was under way is finished': async (store, openAnother) => {
    const other = await openAnother();
    const upserts = Array.from({ length: 30 }, (_, at) => documentWrite(`${SOURCE}/${at}`, ALL));
    const committing = store.commit({ source: SOURCE, lists: LISTS, upserts });
    await store.close();
    await committing;
    await store.close();
    assert.equal((await other.catalog.listIds(SOURCE, undefined, 100)).length, 30);
    const access = await filterFor(other.catalog, BOB);
    await rejectsWith('STORE_CLOSED', () => store.catalog.sources());
    await rejectsWith('STORE_CLOSED', () => store.commit({ source: SOURCE }));
    await rejectsWith('STORE_CLOSED', () => store.index.search(lexical('word'), access, signal));
  },
};

async function dense(store: Store, vector: Float32Array, access: AccessFilter) {
  const request = { dense: { vector, fingerprint: FINGERPRINT }, candidates: 10 };
  return (await store.index.search(request, access, signal)).candidates;
}
