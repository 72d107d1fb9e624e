import type { Schemas } from '@qdrant/js-client-rest';
import { untilAborted } from './aborting.ts';
import type { Call } from './client.ts';
import { queryPoints } from './requests.ts';
import { numberOf } from './numbers.ts';
import type { SparseVector } from './terms.ts';

/** Terms asked for in one request. */
const AT_ONCE = 64;

/**
 * What the server multiplies a term's weight by: the best chunk's score through its stored weight. 0 for terms that no
 * chunk has. Cost: one search that finds a single point for each term.
 */
export async function rarityOf(
  call: Call,
  collection: string,
  terms: readonly string[],
  signal: AbortSignal,
): Promise<number[]> {
  const rarities: number[] = [];
  for (let at = 0; at < terms.length; at += AT_ONCE) {
    const numbers = terms.slice(at, at + AT_ONCE).map(numberOf);
    const searches = numbers.map((index) => ({
      query: { indices: [index], values: [1] } as Schemas['QueryInterface'],
      using: 'chunk',
      limit: 1,
      with_payload: false,
      with_vector: ['chunk'],
    }));
    const answers = await untilAborted(queryPoints({ call, collection }, searches), signal);
    rarities.push(...numbers.map((index, place) => rarityIn(answers[place]?.points[0], index)));
  }
  return rarities;
}

function rarityIn(point: Schemas['ScoredPoint'] | undefined, index: number): number {
  const chunk = (point?.vector as { chunk?: SparseVector } | null | undefined)?.chunk;
  const weight = chunk?.values[chunk.indices.indexOf(index)] ?? 0;
  return point && weight > 0 ? point.score / weight : 0;
}
