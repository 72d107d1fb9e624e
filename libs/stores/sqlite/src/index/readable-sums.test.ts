import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IndexDocument } from '@fumikura/ports';
import { FINGERPRINT, seeded, testAccess, testDocument, vectorOf } from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { temporaryPlace } from '../testing/place.ts';

const { signal } = new AbortController();
const OPEN = 1;
const CLOSED = 2;
const QUERIES = [
  'word3 word4 word9',
  'word1 word2 word30 neverwritten',
  'secret3 word5',
  'Guide word7',
  '図書館の利用案内',
];

function documents(count: number, aclId: number, seed: number): IndexDocument[] {
  const random = seeded(seed);
  const text = () =>
    Array.from({ length: 40 }, () => `word${Math.floor(random() ** 2 * 40)}`).join(' ') +
    (aclId === CLOSED ? ' secret1 secret2 secret3 図書館の秘密' : ' 図書館の利用時間');
  return Array.from({ length: count }, (_, at) => {
    const document = testDocument(
      `${aclId === OPEN ? 'open' : 'closed'}${at}`,
      [text(), text()].slice(at % 2),
      aclId,
    );
    const chunks = document.chunks.map((chunk) => ({ ...chunk, vector: vectorOf(random) }));
    return { ...document, title: `Guide word${at % 9} ${'long '.repeat(at % 4)}`, chunks };
  });
}

/** What a caller who may read the open ones alone is answered. */
async function answers(hidden: readonly IndexDocument[]) {
  const place = await temporaryPlace({ inline: true });
  const { index, close } = await place.open();
  await index.useFingerprint(FINGERPRINT);
  const open = documents(120, OPEN, 3);
  // Some stand before those that may be read, some between them, some are gone again and some were written anew.
  await index.write({ upserts: hidden.slice(0, hidden.length / 2) });
  await index.write({ upserts: open.slice(0, 60) });
  await index.write({ upserts: hidden.slice(hidden.length / 4) });
  await index.write({ upserts: open.slice(60) });
  await index.write({ removals: hidden.slice(0, hidden.length / 5).map(({ documentId }) => documentId) });
  await index.maintain(signal);
  const dense = { vector: vectorOf(seeded(8)), fingerprint: FINGERPRINT };
  const ask = (query: string, statistics?: 'readable') =>
    index.search(
      { lexical: { query: analyseQuery(query) }, dense, candidates: 20, ...(statistics && { statistics }) },
      testAccess([OPEN]),
      signal,
    );
  const own = await Promise.all(QUERIES.map((query) => ask(query, 'readable')));
  const whole = await Promise.all(QUERIES.map((query) => ask(query)));
  await close();
  await place.remove();
  const told = own.map(({ candidates, rarity = new Map<string, number>() }) => ({
    candidates,
    rarity: [...rarity],
  }));
  return { told, own, whole };
}

describe('a search by the statistics of what may be read', () => {
  it('[access.side-channels] is the same to the last digit whatever is hidden, gone or written anew', async () => {
    const plain = await answers([]);
    const hiding = await answers(documents(300, CLOSED, 5));
    assert.deepEqual(hiding.told, plain.told);
    assert.ok(hiding.told.every(({ candidates }) => candidates.length > 10));
    // By those of everything hidden documents move the scores: else the comparison would say nothing.
    assert.notDeepEqual(
      hiding.whole.map(({ candidates }) => candidates.map(({ lexical }) => lexical)),
      plain.whole.map(({ candidates }) => candidates.map(({ lexical }) => lexical)),
    );
  });

  it('scores as by those of everything where everything may be read', async () => {
    const { own, whole } = await answers([]);
    for (const [at, { candidates, rarity, mark, statistics }] of own.entries()) {
      assert.deepEqual(candidates, whole[at]?.candidates);
      assert.deepEqual(rarity, whole[at]?.rarity);
      assert.deepEqual([mark, statistics], [undefined, undefined], 'what is scored so cannot be kept');
    }
  });
});
