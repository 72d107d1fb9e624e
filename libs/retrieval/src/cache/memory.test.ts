import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { SearchIndex } from '@fumikura/ports';
import { grantAccess } from '@fumikura/ports/grant';
import { until } from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { fuse } from '../fusion.ts';
import { cachedRanker } from './ranking-cache.ts';

const MAX_BYTES = 16 * 1_024 * 1_024;
const signal = new AbortController().signal;

/** Buffers of what was collected are given back a little later. */
async function heldBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let time = 0; time < 4; time++) {
    collect();
    await pause(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

it('[cache.bounded] kept rankings take no more memory than they are counted with', async () => {
  const index = { changesSince: async () => undefined } as unknown as SearchIndex;
  let made = 0;
  const rank = cachedRanker(
    async (query) => {
      made++;
      const candidates = Array.from({ length: 200 }, (_, at) => ({
        documentId: `confluence:acme/page/${made}-${at}`,
        ...{ lexical: 9 / (at + 1), parts: { document: at, chunk: 1, title: 0 }, chunkOrdinal: 2 },
        ...{ cosine: 0.5, leadCosine: 0.4, denseChunkOrdinal: 1, furtherChunks: 3 },
      }));
      const vector = new Float32Array(384).fill(made);
      const fingerprint = { model: 'm', dimension: 384, promptForm: 'plain', chunkerVersion: '1' };
      return {
        ranked: fuse(candidates),
        ...{ indexVersion: 1, mark: `["epoch",${made},1000000,200000]`, notices: [] },
        statistics: JSON.stringify({ meta: 'numbers of the index '.repeat(20), made }),
        request: { lexical: { query: query.terms }, dense: { vector, fingerprint }, candidates: 200 },
      };
    },
    { index, hasVectors: true, maxBytes: MAX_BYTES, now: () => 0 },
  );
  const access = grantAccess({
    caller: 'a',
    principals: [],
    aclIds: new Uint32Array([1]),
    version: '1',
    hash: 'a',
  });
  const terms = analyseQuery('rotate keys');
  const ask = (at: number) => rank.rank({ text: `rotate keys ${at}`, terms }, access, signal);
  for (let at = 0; at < 500; at++) await ask(at);
  const [before, counted] = [await heldBytes(), rank.counts().bytes];
  for (let at = 500; at < 8_000; at++) await ask(at);
  const { bytes, evicted } = rank.counts();
  assert.ok(evicted > 1_000 && bytes <= MAX_BYTES, `${evicted} left out, ${bytes} bytes`);
  const more = bytes - counted;
  await until(async () => (await heldBytes()) - before < 1.15 * more, {
    what: `no more is held than the ${more} bytes that are counted`,
    withinMs: 30_000,
  });
});
