import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyseQuery } from '@fumikura/text';
import type { Evidence } from '@fumikura/retrieval';
import { scoreUnits, termWeights } from './relevance.ts';

/** The sentences of one document, best first. */
function ranked(question: string, sentences: readonly string[], bestChunk = 0): string[] {
  const text = sentences.join('\n\n');
  let next = 0;
  const chunks = sentences.map((sentence, ordinal) => {
    const start = next;
    next += sentence.length + 2;
    return { ordinal, start, end: start + sentence.length, headingPath: [] };
  });
  const document = {
    title: 'Notes',
    breadcrumbs: [],
    labels: [],
    score: 1,
    bestChunk,
    stored: { text, chunks },
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

  it('is more where its document begins, whose beginning is about all of it', () => {
    const filler = 'Nobody has said anything else of the matter so far.';
    const say = (who: string) => `The secrets of production are changed by ${who} on that day.`;
    const sentences = [say('Robin'), filler, say('Sasha')];
    assert.equal(ranked('secrets of production', sentences, 1)[0], say('Robin'));
    assert.equal(ranked('secrets of production', sentences.toReversed(), 1)[0], say('Sasha'));
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
