import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AccessFilter, DocumentWrite, FilterField, IndexExplorer } from '@fumikura/ports';
import { ALICE, allowList, BOB, documentWrite, filterFor, seeded } from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import type { SqliteStore } from '../store.ts';
import { temporaryPlace } from '../testing/place.ts';
import { editsAllowed, stemDistance, wordDistance } from './spelling.ts';

const SOURCE = 'test:wiki';
const LISTS = [allowList('all', ALICE, BOB), allowList('hers', ALICE)];
const signal = new AbortController().signal;

function write(name: string, list: 'all' | 'hers', text: string, more = {}): DocumentWrite {
  return documentWrite(`${SOURCE}/${name}`, { allow: [list] }, { title: name, parts: [text], ...more });
}

it('[suggest.titles] offers the shortest titles first, of those the newest', async (test) => {
  const place = await temporaryPlace();
  const store = await place.open({ inline: true });
  test.after(async () => {
    await store.close();
    await place.remove();
  });
  const random = seeded(9);
  const made = Array.from({ length: 60 }, (_, at) => ({
    name: `${at}`,
    words: 1 + Math.floor(random() * 3),
    // Some are older than the index counts from, some have no time at all.
    minutes: at % 7 === 0 ? undefined : Math.floor((random() - 0.3) * 8) * 1_000_000,
  }));
  const upserts = made.map(({ name, words, minutes }) =>
    write(name, 'all', 'text', {
      title: Array.from({ length: words }, () => 'quarterly').join(' '),
      ...(minutes !== undefined && { updatedAt: new Date(minutes * 60_000).toISOString() }),
    }),
  );
  await store.commit({ source: SOURCE, lists: LISTS, upserts });
  const access = await filterFor(store.catalog, BOB);
  const { documents } = await store.index.explore.complete({ text: 'quart', limit: 12 }, access, signal);
  const expected = made.toSorted(
    (a, b) => a.words - b.words || (b.minutes ?? -Infinity) - (a.minutes ?? -Infinity) || 0,
  );
  assert.deepEqual(
    documents,
    expected.slice(0, 12).map(({ name }) => `${SOURCE}/${name}`),
  );
});

describe('exploring an index', () => {
  let place: Awaited<ReturnType<typeof temporaryPlace>>;
  let store: SqliteStore;
  let explore: IndexExplorer;
  let [alice, bob]: AccessFilter[] = [];
  const access = (who: AccessFilter | undefined) => who ?? assert.fail();
  const words = async (text: string, who = bob) =>
    (await explore.complete({ text, limit: 5 }, access(who), signal)).words;
  const near = async (word: string, who = bob) =>
    (await explore.words({ words: [word] }, access(who), signal))[0];

  before(async () => {
    place = await temporaryPlace();
    store = await place.open({ inline: true });
    explore = store.index.explore;
    const upserts = [
      write('Key rotation', 'all', 'Rotating keys, security of GitHub tokens. PROJ-123', {
        labels: ['a', 'b'],
      }),
      write('Rotation of staff', 'all', 'rotation happy 経費精算の手続き', { labels: ['a'], kind: 'file' }),
      write('Rotation secrets', 'hers', 'rotates rotor securities narwhal', { labels: ['b', 'hers'] }),
    ];
    await store.commit({ source: SOURCE, lists: LISTS, upserts });
    alice = await filterFor(store.catalog, ALICE);
    bob = await filterFor(store.catalog, BOB);
  });
  after(async () => {
    await store.close();
    await place.remove();
  });

  for (const isFolded of [false, true])
    describe(isFolded ? 'with folded lists' : 'with everything in the delta', () => {
      before(async () => {
        if (!isFolded) return;
        // Enough to make a fold due, for nobody to read.
        const upserts = Array.from({ length: 1_100 }, (_, at) => write(`filler${at}`, 'hers', 'filler'));
        await store.commit({ source: SOURCE, upserts });
        await store.index.maintain(signal);
        [alice, bob] = [await filterFor(store.catalog, ALICE), await filterFor(store.catalog, BOB)];
      });

      it('[suggest.words] completes words as readable documents write them', async () => {
        assert.deepEqual(await words('how to rot'), ['rotating']);
        assert.deepEqual(await words('rotati'), ['rotating']);
        assert.deepEqual(await words('happ'), ['happy']);
        assert.deepEqual(await words('git'), ['GitHub']);
        assert.deepEqual(await words('proj'), ['PROJ-123']);
        assert.deepEqual(await words('経'), ['経費']);
        assert.deepEqual(await words('r'), []);
        assert.deepEqual(await words(''), []);
      });

      it('[suggest.hidden] tells no form and no word that stands in hidden documents alone', async () => {
        assert.deepEqual(await words('narw'), []);
        assert.deepEqual(await words('narw', alice), ['narwhal']);
        assert.deepEqual(await words('securi'), ['security']);
        assert.deepEqual(await words('roto'), []);
        assert.deepEqual(await near('narwahl'), { word: 'narwahl', isKnown: false, near: [] });
        assert.deepEqual((await near('narwahl', alice))?.near, ['narwhal']);
        assert.deepEqual(await near('narwhal'), { word: 'narwhal', isKnown: false, near: [] });
      });

      it('[suggest.titles] finds titles with all words, the last one as far as it is typed', async () => {
        const titles = async (text: string, who = bob) =>
          (await explore.complete({ text, limit: 5 }, access(who), signal)).documents.map((id) =>
            id.slice(SOURCE.length + 1),
          );
        assert.deepEqual(await titles('rotation k'), []);
        assert.deepEqual(await titles('rotation ke'), ['Key rotation']);
        assert.deepEqual(await titles('rota'), ['Key rotation', 'Rotation of staff']);
        assert.deepEqual(await titles('secr'), []);
        assert.deepEqual(await titles('secr', alice), ['Rotation secrets']);
      });

      it('[query.correction] offers words few edits away, and none for what is known', async () => {
        assert.deepEqual((await near('secruity'))?.near, ['security']);
        assert.deepEqual((await near('rotatng'))?.near, ['rotating']);
        assert.deepEqual(await near('securities'), { word: 'securities', isKnown: true, near: [] });
        assert.deepEqual((await near('zzzzzz'))?.near, []);
      });

      it('[facets.counts] counts what may be read within filter, words and conditions', async () => {
        const fields: FilterField[] = ['kind', 'label'];
        const count = async (more: object, who = bob) => {
          const { documents, values } = await explore.facets(
            { fields, limit: 5, ...more },
            access(who),
            signal,
          );
          return [
            documents,
            ...fields.map((field) =>
              (values[field] ?? []).map((each) => `${each.value} ${each.documents}`).join(),
            ),
          ];
        };
        assert.deepEqual(await count({}), [2, 'file 1,page 1', 'a 2,b 1']);
        assert.deepEqual(await count({ filter: { labels: ['b'] } }), [1, 'page 1', 'a 1,b 1']);
        assert.deepEqual(await count({ filter: { labels: ['b'] } }, alice), [2, 'page 2', 'b 2,a 1,hers 1']);
        assert.deepEqual(await count({ query: analyseQuery('rotation keys') }), [1, 'page 1', 'a 1,b 1']);
        assert.deepEqual(await count({ query: analyseQuery('keys narwhal') }), [1, 'page 1', 'a 1,b 1']);
        assert.deepEqual(await count({ query: analyseQuery('narwhal') }), [0, '', '']);
        assert.deepEqual(await count({ conditions: { phrases: ['security of github'] } }), [
          1,
          'page 1',
          'a 1,b 1',
        ]);
      });
    });

  it('counts new and changed documents at once', async () => {
    await store.commit({ source: SOURCE, upserts: [write('Key rotation', 'all', 'x', { labels: ['c'] })] });
    const { values } = await explore.facets({ fields: ['label'], limit: 5 }, access(bob), signal);
    assert.deepEqual(values.label, [
      { value: 'a', documents: 1 },
      { value: 'c', documents: 1 },
    ]);
  });

  it('[facets.counts] counts as one who reads every document, over lists of many rows and what is new', async () => {
    const random = seeded(9);
    const pick = (count: number) => Math.floor(random() * count);
    const own = await temporaryPlace();
    const large = await own.open({ inline: true });
    const texts = new Map<
      string,
      { readonly said: ReadonlySet<string>; readonly labels: readonly string[] }
    >();
    const made = (at: number): DocumentWrite => {
      const parts = Array.from({ length: 1 + pick(6) }, () =>
        ['common', 'keys', 'vault'].filter((_, rarity) => pick(1 + rarity) === 0).join(' '),
      );
      const labels = [`l${pick(4)}`, `m${pick(40)}`];
      const list = pick(3) === 0 ? 'hers' : 'all';
      const said = new Set(parts.join(' ').split(' '));
      if (list === 'all') texts.set(`${at}`, { said, labels });
      else texts.delete(`${at}`);
      return documentWrite(`${SOURCE}/${at}`, { allow: [list] }, { title: 'Page', parts, labels });
    };
    try {
      const first = Array.from({ length: 1_500 }, (_, at) => made(at));
      await large.commit({ source: SOURCE, lists: LISTS, upserts: first });
      await large.commit({ source: SOURCE, upserts: Array.from({ length: 40 }, (_, at) => made(at * 50)) });
      const filter = await filterFor(large.catalog, BOB);
      for (const words of [['common'], ['keys', 'vault'], ['common', 'keys', 'vault', 'absent']]) {
        const request = { query: analyseQuery(words.join(' ')), fields: ['label'] as const, limit: 100 };
        const found = await large.index.explore?.facets(request, filter, signal);
        const having = (isAll: boolean) =>
          [...texts.values()].filter(({ said }) =>
            isAll ? words.every((word) => said.has(word)) : words.some((word) => said.has(word)),
          );
        const expected = having(true).length > 0 ? having(true) : having(false);
        const counts = new Map<string, number>();
        for (const label of expected.flatMap(({ labels }) => labels))
          counts.set(label, (counts.get(label) ?? 0) + 1);
        assert.equal(found?.documents, expected.length);
        assert.deepEqual(
          new Map(found.values['label']?.map(({ value, documents }) => [value, documents])),
          counts,
        );
      }
    } finally {
      await large.close();
      await own.remove();
    }
  });

  it('tells which terms are rare', async () => {
    const [rare = 0, frequent = 0, none] = await explore.rarity(['narwhal', 'filler', 'never']);
    assert.ok(rare > frequent && frequent > 0 && none === 0);
  });
});

describe('spelling', () => {
  it('counts letters changed, left out, added or exchanged, up to a bound', () => {
    assert.equal(wordDistance('secruity', 'security', 2), 1);
    assert.equal(wordDistance('keysabc', 'keys', 2), 3);
    assert.equal(wordDistance('kyes', 'keys', 1), 1);
    assert.equal(wordDistance('key', 'keys', 1), 1);
    assert.equal(stemDistance('secruity', 'secur', 2), 1);
    assert.equal(stemDistance('rotating', 'rotat', 1), 0);
    assert.equal(editsAllowed('sla'), 0);
  });
});
