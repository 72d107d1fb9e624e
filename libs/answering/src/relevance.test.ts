import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyseQuery } from '@fumikura/text';
import type { Evidence } from '@fumikura/retrieval';
import { scoreUnits, termWeights } from './relevance.ts';

/** The sentences of one document, best first. */
function ranked(question: string, sentences: readonly string[]): string[] {
  const text = sentences.join('\n\n');
  const document = {
    title: 'Notes',
    breadcrumbs: [],
    labels: [],
    score: 1,
    bestChunk: 0,
    stored: { text, chunks: [{ ordinal: 0, start: 0, end: text.length, headingPath: [] }] },
  };
  const evidence = { documents: [document] } as unknown as Evidence;
  return scoreUnits(evidence, termWeights(analyseQuery(question), new Map()), 'thing')
    .toSorted((a, b) => b.score - a.score)
    .map((unit) => unit.text);
}

describe('what a sentence is worth to a question', () => {
  it('is more where it begins with what is asked about', () => {
    const about = 'The model monitor watches the quality of everything that was deployed.';
    const beside = 'Whoever has deployed something on the platform before may also use the model monitor.';
    assert.equal(ranked('What is the model monitor?', [beside, about])[0], about);
  });

  it('is less where it only points elsewhere', () => {
    const answer = 'The secrets of production are changed by whoever holds the keys of that day.';
    const pointer = 'For more information about the secrets of production, see the page on changing them.';
    assert.equal(ranked('secrets of production', [pointer, answer])[0], answer);
  });

  it('is less where it is links alone', () => {
    const answer = 'Every ninety days somebody of the platform has to rotate the secrets.';
    const links = '[Rotate the secrets](a.md) [Rotate the keys](b.md) [Rotate the logs](c.md)';
    assert.equal(ranked('rotate the secrets', [links, answer])[0], answer);
  });
});
