// Prints the private memory, in bytes, of a process that has opened a bench store and searched it: argument 1 is its file.
// The page cache that SQLite's file uses is shared and does not count.
import { readFileSync } from 'node:fs';
import { grantAccess } from '@fumikura/ports/grant';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { analyseQuery } from '@fumikura/text';
import { BenchCorpus, FINGERPRINT } from './corpus.ts';

const SEARCHES = 20;
const corpus = new BenchCorpus(13, true);
const store = await createSqliteStore({ file: process.argv[2] ?? '', inline: true });
const access = grantAccess({
  caller: 'rss',
  principals: [],
  aclIds: corpus.grant(1),
  version: '1',
  hash: 'rss',
});
for (let index = 0; index < SEARCHES; index++) {
  const { text, vector } = corpus.query();
  const request = {
    lexical: { query: analyseQuery(text) },
    dense: { vector, fingerprint: FINGERPRINT },
    candidates: 200,
  };
  await store.index.search(request, access, AbortSignal.timeout(60_000));
}
globalThis.gc?.();
const status = readFileSync('/proc/self/status', 'utf8');
process.stdout.write(String(Number(/RssAnon:\s+(\d+) kB/u.exec(status)?.[1] ?? 0) * 1_024));
await store.close();
