import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDocumentPipeline } from '@fumikura/documents';
import { AppError, toAppError } from '@fumikura/errors';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { createIngest } from '@fumikura/ingest';
import type { Ingest } from '@fumikura/ingest';
import { silentLogger } from '@fumikura/logging';
import type { Principal, SourceDocument, SourceId } from '@fumikura/model';
import type { Change, Connector, Store } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';

const ID: SourceId = 'wide:w';
const ADA: Principal = `user:${ID}:ada`;
const BOB: Principal = `user:${ID}:bob`;
const LIST = `${ID}/space/readers`;
const PAGE = 500;

interface Engine {
  readonly store: Store;
  readonly ingest: Ingest;
}

/** What the engine owes to every source: one list for a whole space, and one bad item that stops nothing. */
export async function measureEngine(items: number): Promise<Figure[]> {
  return [
    ...(await inEngine((engine) => wideList(engine, items))),
    ...(await inEngine(oneBadItem)),
    ...(await inEngine(hugeGroup)),
  ];
}

/** A space of so many items loses a reader: what is written, and how long until it counts. */
async function wideList({ store, ingest }: Engine, items: number): Promise<Figure[]> {
  const signal = new AbortController().signal;
  await ingest.sync(space(items, [ADA, BOB]), { signal, passes: ['content'] });
  const before = (await store.catalog.readableAcls([BOB])).aclIds.length;
  const started = performance.now();
  const { counters } = await ingest.sync(space(items, [ADA]), { signal, passes: ['access'] });
  const after = (await store.catalog.readableAcls([BOB])).aclIds.length;
  const tookMs = performance.now() - started;
  if (before !== 1 || after !== 0) throw new Error(`the list counted ${before} before and ${after} after`);
  return [
    figure('sources.wide.items', items, 'items', 'higher'),
    figure('sources.wide.listsWritten', counters['lists'] ?? 0, 'lists', 'lower', 1),
    figure(
      'sources.wide.documentsTouched',
      (counters['aclChanged'] ?? 0) + (counters['written'] ?? 0),
      'documents',
      'lower',
      0,
    ),
    figure('sources.wide.ms', tookMs, 'ms', 'lower'),
  ];
}

/** One item in 10,000 that cannot be read; then a source in which nothing can. */
async function oneBadItem({ store, ingest }: Engine): Promise<Figure[]> {
  const signal = new AbortController().signal;
  const items = 10_000;
  const run = await ingest.sync(
    space(items, [ADA], (n) => n === 4_711),
    { signal, passes: ['content'] },
  );
  const letters = await store.catalog.deadLetters(ID, 10);
  const broken = await ingest
    .sync(
      space(items, [ADA], () => true),
      { signal, passes: ['content'], full: true },
    )
    .then(
      () => 'completed',
      (error: unknown) => toAppError(error).code,
    );
  const [source] = await store.catalog.sources();
  return [
    figure('sources.bad.items', items, 'items', 'higher'),
    figure('sources.bad.written', run.counters['written'] ?? 0, 'documents', 'higher', items - 1),
    figure('sources.bad.deadLetters', letters.length, 'items', 'lower', 1),
    figure('sources.bad.runsStopped', broken === 'ERROR_BUDGET_EXCEEDED' ? 1 : 0, 'runs', 'higher', 1),
    figure('sources.bad.kept', source?.documents ?? 0, 'documents', 'higher', items - 1),
  ];
}

/** A group of 100,000 in a group of groups, which holds itself: to read it, and what one of its members is in. */
async function hugeGroup({ store, ingest }: Engine): Promise<Figure[]> {
  const members = 100_000;
  const group = (name: string): Principal => `group:${ID}:${name}`;
  const user = (n: number): Principal => `user:${ID}:${n}`;
  const connector: Connector = {
    ...space(0, []),
    directory: async function* () {
      yield { groups: [{ principal: group('all'), members: [group('huge'), group('all')] }] };
      for (let at = 0; at < members; at += PAGE) {
        const page = Array.from({ length: PAGE }, (_, n) => user(at + n));
        yield {
          accounts: page.map((principal) => ({ principal, isPerson: true, isActive: true })),
          groups: [{ principal: group('huge'), members: page }],
        };
      }
    },
  };
  const started = performance.now();
  await ingest.sync(connector, { signal: new AbortController().signal, passes: ['directory'] });
  const readMs = performance.now() - started;
  const asked = performance.now();
  const held = await store.catalog.withGroups([user(4_711)]);
  return [
    figure('sources.hugeGroup.members', members, 'people', 'higher'),
    figure('sources.hugeGroup.read', readMs / 1_000, 's', 'lower'),
    figure('sources.hugeGroup.groupsOfOne', held.length - 1, 'groups', 'higher', 2),
    figure('sources.hugeGroup.asked', performance.now() - asked, 'ms', 'lower'),
  ];
}

/** One list over all items. */
function space(
  items: number,
  members: readonly Principal[],
  isBad: (n: number) => boolean = () => false,
): Connector {
  const list: Change = { kind: 'list', list: { id: LIST, members, readAt: new Date().toISOString() } };
  return {
    id: ID,
    removals: 'reported',
    check: async () => ({ missing: [], counts: { items } }),
    pull: async function* () {
      for (let at = 0; at < items; at += PAGE) {
        const length = Math.min(PAGE, items - at);
        const pages = Array.from({ length }, (_, n): Change => page(at + n, isBad(at + n)));
        yield { changes: at === 0 ? [list, ...pages] : pages, checkpoint: at };
      }
    },
    pullAccess: async function* () {
      yield { changes: [list], checkpoint: null };
    },
  };
}

function page(n: number, isBad: boolean): Change {
  const id = `${ID}/${n}` as const;
  if (isBad)
    return { kind: 'failed', id, error: new AppError('SOURCE_ANSWER_INVALID', 'transient', 'not readable') };
  const document: SourceDocument = {
    id,
    source: ID,
    externalId: String(n),
    kind: 'page',
    url: '',
    title: `Page ${n}`,
    version: '1',
    acl: { allow: [LIST] },
    body: { type: 'blocks', blocks: [{ type: 'paragraph', text: `What page ${n} says about ${n % 97}.` }] },
  };
  return { kind: 'upsert', document };
}

async function inEngine(measure: (engine: Engine) => Promise<Figure[]>): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-engine-'));
  const store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
  const pipeline = createDocumentPipeline({ workers: 1 });
  try {
    return await measure({
      store,
      ingest: createIngest({ store, documents: pipeline, logger: silentLogger }),
    });
  } finally {
    await pipeline.close();
    await store.close();
    await rm(folder, { recursive: true });
  }
}
