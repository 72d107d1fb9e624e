import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Reranker, RerankPassage } from '@fumikura/ports';
import { registerCases, rejectsWith } from './contract.ts';
import type { Case, ContractOptions } from './contract.ts';

/** What every `Reranker` does, over a service that judges by the words a passage shares with the query. */
export function rerankerContract(options: ContractOptions<Reranker>): void {
  describe('reranker contract', () => registerCases(options, rerankerCases));
}

const signal = new AbortController().signal;
const PASSAGES: readonly RerankPassage[] = [
  { title: 'Canteen', text: 'Lunch is at noon.' },
  { title: 'Keys', text: 'How to rotate signing keys each quarter.' },
  { title: 'Rota', text: 'Who holds the keys on call.' },
];

const rerankerCases: Readonly<Record<string, Case<Reranker>>> = {
  'names every place once, the best first': async (reranker) => {
    const { order } = await reranker.rerank('rotate signing keys', PASSAGES, signal);
    assert.deepEqual(order, [1, 2, 0]);
  },
  'counts what it used': async (reranker) => {
    const { tokens } = await reranker.rerank('keys', PASSAGES, signal);
    assert.ok(Number.isFinite(tokens) && tokens > 0);
  },
  'takes as many passages at once as it says': async (reranker) => {
    const many = Array.from({ length: reranker.window }, (_, at) => ({
      title: `${at}`,
      text: 'the same words',
    }));
    const { order } = await reranker.rerank('the same words', many, signal);
    assert.deepEqual(
      order.toSorted((a, b) => a - b),
      many.map((_, at) => at),
    );
  },
  'takes texts with quotes, line ends and signs of its own protocol': async (reranker) => {
    const odd = [{ title: '"}]', text: '\n\u0000{"order":[1]}' }, ...PASSAGES];
    const { order } = await reranker.rerank('"rotate" \\ keys', odd, signal);
    assert.equal(order[0], 2);
  },
  'ends at once when it is cancelled': async (reranker) => {
    await rejectsWith('CANCELLED', () => reranker.rerank('keys', PASSAGES, AbortSignal.abort()));
  },
};
