// A process that syncs one simulated source into a store file and prints what it took, as JSON; it may be killed. Run by
// the benches: node sync-child.ts <source> <store file> <connection as JSON> [passes, parted by commas]
// [documents a commit]
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createDocumentPipeline } from '@fumikura/documents';
import { createIngest } from '@fumikura/ingest';
import { silentLogger } from '@fumikura/logging';
import { PASSES } from '@fumikura/ports';
import type { Connector, Pass, RunRecord } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { WORLDS } from '../../sources/worlds.ts';

const [name = '', file = '', connection = 'null', passes = PASSES.join(','), commit] = process.argv.slice(2);
const connector = WORLDS[name]?.connect(JSON.parse(connection));
if (!connector) throw new Error(`no simulated source "${name}"`);
const store = await createSqliteStore({ file });
const pipeline = createDocumentPipeline({ workers: 1 });
const ingest = createIngest({
  store,
  documents: pipeline,
  logger: silentLogger,
  // Killed again and again, it waits for no lease of the one before for long.
  limits: { leaseMs: 1_000, ...(commit !== undefined && { commitDocuments: Number(commit) }) },
});
const started = performance.now();
const run = await whenFree();
const wallMs = performance.now() - started;
await pipeline.close();
await store.close();
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
const result = {
  wallMs,
  maxRssBytes: maxRSS * 1_024,
  cpuMs: (userCPUTime + systemCPUTime) / 1_000,
  cpuWaitMs: waitedForCpu(),
  counters: run.counters,
};
process.stdout.write(`${JSON.stringify(result)}\n`);

/** How long this thread could have run and did not get to, where the system tells: then the machine is what binds. */
function waitedForCpu(): number | null {
  const file = '/proc/thread-self/schedstat';
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[1]) / 1e6 : null;
}

/** Whoever was killed holds the source until its lease runs out. */
async function whenFree(): Promise<RunRecord> {
  for (let tries = 0; ; tries++) {
    try {
      const options = { signal: new AbortController().signal, passes: passes.split(',') as Pass[] };
      return await ingest.sync(connector as Connector, options);
    } catch (error) {
      if ((error as { code?: string }).code !== 'SYNC_RUNNING' || tries > 50) throw error;
      await delay(100);
    }
  }
}
