// A process that syncs one simulated source into a store file and prints what it took, as JSON; it may be killed. Run by
// the benches: node sync-child.ts <source> <store file> <connection as JSON> [passes, parted by commas]
// [documents a commit]
import { createDocumentPipeline } from '@fumikura/documents';
import { createIngest } from '@fumikura/ingest';
import { silentLogger } from '@fumikura/logging';
import { PASSES } from '@fumikura/ports';
import type { Pass } from '@fumikura/ports';
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
const run = await ingest.sync(connector, {
  signal: new AbortController().signal,
  passes: passes.split(',') as Pass[],
});
const wallMs = performance.now() - started;
await pipeline.close();
await store.close();
const { maxRSS } = process.resourceUsage();
process.stdout.write(`${JSON.stringify({ wallMs, maxRssBytes: maxRSS * 1_024, counters: run.counters })}\n`);
