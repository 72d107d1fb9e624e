import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Embedded, Embedder } from '@fumikura/ports';
import { registerCases, rejectsWith } from './contract.ts';
import type { Case, ContractOptions } from './contract.ts';

/** What every `Embedder` does. One place is one configured embedder; opened twice it is the same model. */
export function embedderContract(options: ContractOptions<Embedder>): void {
  describe('embedder contract', () => registerCases(options, embedderCases));
}

const signal = new AbortController().signal;
/** Two vectors of one text may differ by what stood beside it in a batch: quantised models round by batch. */
const SAME = 0.985;

function vectorOf(embedded: Embedded | undefined): Float32Array {
  if (embedded && 'vector' in embedded) return embedded.vector;
  return assert.fail(`no vector: ${embedded?.refused.message ?? 'nothing came'}`);
}

async function vectors(
  embedder: Embedder,
  texts: readonly string[],
  as: 'query' | 'passage' = 'passage',
): Promise<Float32Array[]> {
  const { results } = await embedder.embed(texts, { as, signal });
  assert.equal(results.length, texts.length);
  return results.map(vectorOf);
}

function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number {
  assert.ok(a && b);
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? NaN), 0);
}

const embedderCases: Readonly<Record<string, Case<Embedder>>> = {
  'gives finite vectors of length 1 and of its dimension': async (embedder) => {
    for (const as of ['query', 'passage'] as const)
      for (const vector of await vectors(embedder, ['rotating secrets', 'annual leave'], as)) {
        assert.equal(vector.length, embedder.identity.dimension);
        assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-3);
      }
  },

  'puts what means the same nearer than what does not': async (embedder) => {
    const [query] = await vectors(embedder, ['how are secrets rotated'], 'query');
    const [near, far] = await vectors(embedder, [
      'secrets are rotated every month',
      'the cafeteria opens at noon',
    ]);
    assert.ok(cosine(query, near) > cosine(query, far) + 0.1, `${cosine(query, near)} ${cosine(query, far)}`);
  },

  'answers in the order asked for, whatever the lengths': async (embedder) => {
    const texts = Array.from(
      { length: 37 },
      (_, at) => `note ${at * 7919} ${'about many things '.repeat((at * 5) % 17)}`,
    );
    const together = await vectors(embedder, texts);
    for (const at of [0, 1, 16, 36]) {
      const [alone] = await vectors(embedder, [texts[at] ?? '']);
      assert.ok(cosine(alone, together[at]) > SAME, `text ${at}: ${cosine(alone, together[at])}`);
    }
  },

  'gives equal texts equal vectors, on another opening too': async (embedder, another) => {
    const [first, second] = await vectors(embedder, ['the same words', 'the same words']);
    const [third] = await vectors(await another(), ['the same words']);
    assert.ok(cosine(first, second) > SAME);
    assert.ok(cosine(first, third) > SAME);
  },

  'is known by the same identity whenever it is opened': async (embedder, another) => {
    assert.deepEqual((await another()).identity, embedder.identity);
    assert.ok(embedder.identity.dimension >= 8);
    assert.notEqual(embedder.identity.model, '');
  },

  'answers nothing to nothing': async (embedder) => {
    assert.deepEqual((await embedder.embed([], { as: 'passage', signal })).results, []);
  },

  'embeds any text: empty, blank, of signs, emoji, broken characters, very long': async (embedder) => {
    const texts = [
      '',
      ' \n\t',
      '!?…',
      '🙂',
      '\ud800 half',
      'nul \u0000 inside',
      '経費精算の期限',
      'word '.repeat(30_000),
    ];
    assert.equal((await vectors(embedder, texts)).length, texts.length);
  },

  'takes more texts than it asks for, and counts their tokens': async (embedder) => {
    const texts = Array.from({ length: embedder.textsPerCall + 3 }, (_, at) => `short note ${at}`);
    const { results, tokens } = await embedder.embed(texts, { as: 'passage', signal });
    assert.equal(results.filter((result) => 'vector' in result).length, texts.length);
    assert.ok(tokens >= texts.length, `${tokens} tokens`);
  },

  'stops when it is told to': async (embedder) => {
    await rejectsWith('CANCELLED', () =>
      embedder.embed(['never'], { as: 'passage', signal: AbortSignal.abort() }),
    );
    const controller = new AbortController();
    const texts = Array.from({ length: 400 }, (_, at) => `note ${at} ${'with words '.repeat(40)}`);
    const work = embedder.embed(texts, { as: 'passage', signal: controller.signal });
    controller.abort();
    await rejectsWith('CANCELLED', () => work);
    assert.equal((await vectors(embedder, ['and goes on'])).length, 1);
  },

  'answers a query while documents are embedded': async (embedder) => {
    const order: string[] = [];
    const texts = Array.from({ length: 96 }, (_, at) => `note ${at} ${'with words '.repeat(20)}`);
    const backlog = vectors(embedder, texts).then(() => order.push('backlog'));
    await vectors(embedder, ['urgent question'], 'query');
    order.push('query');
    await backlog;
    assert.deepEqual(order, ['query', 'backlog']);
  },

  'warms up': async (embedder) => embedder.warmUp(signal),
};
