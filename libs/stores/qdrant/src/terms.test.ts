import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyseQuery } from '@fumikura/text';
import type { IndexDocument } from '@fumikura/ports';
import { numberOf } from './numbers.ts';
import { queryVector, vectorsOf } from './terms.ts';
import { Vocabulary } from './vocabulary.ts';

const AVERAGES = {
  chunk: { words: 10, bigrams: 10 },
  document: { words: 20, bigrams: 20 },
  title: { words: 2, bigrams: 2 },
};

function document(
  title: string,
  texts: readonly string[],
  headingPath: readonly string[] = [],
): IndexDocument {
  return {
    documentId: 'd',
    aclId: 1,
    title,
    breadcrumbs: [],
    source: 'test:s',
    kind: 'page',
    language: 'en',
    authors: [],
    labels: [],
    chunks: texts.map((text, ordinal) => ({ ordinal, headingPath, text })),
  };
}

describe('terms in Qdrant', () => {
  it('gives a term the number that indexes were written with', () => {
    const numbers = ['rotat', 'proj-123', '経費', '\u0002経費', ''].map(numberOf);
    assert.deepEqual(numbers, PINNED);
  });

  it('hardly ever gives two terms one number, and never the one that marks every text', () => {
    const numbers = new Set(Array.from({ length: 200_000 }, (_, at) => numberOf(`term${at}`)));
    assert.ok(numbers.size > 199_980, `${numbers.size}`);
    assert.ok(!numbers.has(0));
  });

  it('holds a term of headings alone in the document with weight 0: it makes the term less rare and scores nothing', () => {
    const { document: whole, chunks } = vectorsOf(
      document('Title', ['body'], ['heading']),
      AVERAGES,
      new Vocabulary(),
    );
    const weight = ({ indices, values }: typeof whole, term: string) =>
      values[indices.indexOf(numberOf(term))];
    assert.equal(weight(whole, 'head'), 0);
    assert.ok((weight(chunks[0] ?? whole, 'head') ?? 0) > 0);
    assert.ok((weight(whole, 'bodi') ?? 0) > 0);
  });

  it('gives a text the same vectors whatever was counted before it', () => {
    const texts = Array.from(
      { length: 400 },
      (_, at) => `only${at} words${at} here${at} and getUserById 経費精算`,
    );
    const [used, asked] = [new Vocabulary(), document('Title', ['some words', 'and 経費'], ['words'])];
    const first = vectorsOf(asked, AVERAGES, used);
    vectorsOf(document('Other', texts, ['heading']), AVERAGES, used);
    assert.ok(used.size > 1_024);
    assert.deepEqual(vectorsOf(asked, AVERAGES, used), first);
    assert.deepEqual(vectorsOf(asked, AVERAGES, new Vocabulary()), first);
  });

  it('adds the weights of two terms that share a number, and counts them', () => {
    const [one, other] = ['term219308', 'term1090900'];
    assert.equal(numberOf(one), numberOf(other));
    const alone = vectorsOf(document('', [one]), AVERAGES, new Vocabulary());
    const both = vectorsOf(document('', [`${one} ${other}`]), AVERAGES, new Vocabulary());
    const weightOf = ({ chunks }: typeof both) =>
      chunks[0]?.values[chunks[0].indices.indexOf(numberOf(one))] ?? 0;
    assert.equal(both.chunks[0]?.indices.length, alone.chunks[0]?.indices.length);
    assert.ok(weightOf(both) > weightOf(alone) * 1.5);
    assert.equal(both.collisions, 2); // in the chunk and in the document
    assert.equal(alone.collisions, 0);
  });

  it('gives every text a mark, so that texts without terms count', () => {
    const { chunks, title, document: whole } = vectorsOf(document('', ['']), AVERAGES, new Vocabulary());
    for (const { indices, values } of [...chunks, title, whole])
      assert.deepEqual([indices, values], [[0], [0]]);
    assert.deepEqual(queryVector(analyseQuery(''), 0.35), { indices: [], values: [] });
  });

  it('weighs bigrams as it is told, and asks for no term without weight', () => {
    const all = queryVector(analyseQuery('経費精算'), 0.35);
    const words = queryVector(analyseQuery('経費精算'), 0);
    assert.ok(words.indices.length > 0 && words.indices.length < all.indices.length);
    assert.ok(all.values.includes(0.35));
  });
});

const PINNED = [3620608722, 1525646636, 2482342149, 4034918583, 2872998923];
