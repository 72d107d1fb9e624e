// A process with its own opening of the store given as argument 1: searches for each word it is told until it finds it,
// and answers with the moment it did (monotonic, ns, shared by all processes of a machine).
import { setImmediate as turn } from 'node:timers/promises';
import { grantAccess } from '@fumikura/ports/grant';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { analyseQuery } from '@fumikura/text';

const DEADLINE_MS = 10_000;
const store = await createSqliteStore({ file: process.argv[2] ?? '', inline: true });
const access = grantAccess({
  caller: 'second',
  principals: [],
  aclIds: Uint32Array.of(1),
  version: '1',
  hash: 'second',
});

async function isFound(word: string): Promise<boolean> {
  const request = { lexical: { query: analyseQuery(word) }, candidates: 1 };
  const { candidates } = await store.index.search(request, access, AbortSignal.timeout(DEADLINE_MS));
  return candidates.length > 0;
}

process.on('message', (word: string) => {
  void (async () => {
    const started = performance.now();
    while (!(await isFound(word))) {
      if (performance.now() - started > DEADLINE_MS) throw new Error(`${word} is never found`);
      await turn();
    }
    process.send?.(process.hrtime.bigint().toString());
  })();
});
process.once('disconnect', () => void store.close());
process.send?.('ready');
