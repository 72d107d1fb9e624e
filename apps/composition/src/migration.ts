import { createHash } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import { aclKey } from '@fumikura/model';
import { chunkerVersionOf, cutAs } from '@fumikura/documents';
import type { ChunkerOptions } from '@fumikura/documents';
import { FEEDBACK_SPACE } from '@fumikura/retrieval';
import type { DocumentId, SourceId } from '@fumikura/model';
import { TOKEN_SPACE } from '@fumikura/access';
import { entriesOf } from '@fumikura/ports';
import type { DocumentWrite, KnownVersion, SharedState, StateSpace } from '@fumikura/ports';
import { PEOPLE_SPACE } from '@fumikura/store-people';
import { holdSources, pagesOf } from './held-sources.ts';
import { carried, chunkingThere } from './migrated-chunks.ts';
import type { InstalledStore } from './store.ts';

export interface MigrationOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: { readonly documents: number; readonly total: number }) => void;
  /** Chunks are made of this size on the way; default: as they are. */
  readonly chunking?: ChunkerOptions;
}

export interface MigrationResult {
  /** Documents written; the others were there already, from an attempt before. */
  readonly written: number;
  readonly unchanged: number;
  readonly removed: number;
}

/** One is noted or confirmed in the catalog while the other one is written to the index; with a third, memory nears its limit. */
const COMMITS_AT_ONCE = 2;
const SAMPLE = 300;
/** One that was killed holds on for so long; it is renewed with each page. */
const LEASE_MS = 120_000;
/** What is not bound to one process, and does not end by itself soon. */
const KEPT_SPACES: readonly StateSpace[] = [
  PEOPLE_SPACE,
  TOKEN_SPACE,
  'slack.link',
  'slack.workspace',
  'slack.shared',
  'slack.feedback',
  FEEDBACK_SPACE,
];

/**
 * Moves everything that was read of the sources from one store to another, without asking any source. What is there
 * already in the same version is left alone, so an attempt that broke off goes on, and one more takes over what changed.
 * Both stores' sources are held meanwhile: no sync runs on either.
 * @throws AppError SYNC_RUNNING (conflict)
 */
export async function migrateStore(
  from: InstalledStore,
  to: InstalledStore,
  { signal, onProgress, chunking }: MigrationOptions,
): Promise<MigrationResult> {
  const sources = (await from.catalog.sources()).map(({ id, documents }) => ({ id, documents }));
  const total = sources.reduce((sum, { documents }) => sum + documents, 0);
  for (const space of KEPT_SPACES) await copySpace(from.catalog.state, to.catalog.state, space);
  const leases = await holdSources(
    [from, to],
    sources.map(({ id }) => id),
    { what: 'migration', leaseMs: LEASE_MS },
  );
  const result = { written: 0, unchanged: 0, removed: 0 };
  try {
    const cut = await chunkingThere(from, to, chunking);
    await prepare(
      from,
      to,
      sources.map(({ id }) => id),
      cut,
    );
    for (const { id } of sources) {
      await copyDocuments(from, to, id, { signal, cut }, async (written, unchanged) => {
        result.written += written;
        result.unchanged += unchanged;
        onProgress?.({ documents: result.written + result.unchanged, total });
        await leases.renew();
      });
      result.removed += await removeOthers(from, to, id, signal, () => leases.renew());
      await copyState(from, to, id);
    }
  } finally {
    await leases.release();
  }
  return result;
}

/**
 * One text for all documents of a store, whatever engine holds them: equal texts mean equal documents.
 * @param chunking as if they were cut so; vectors count for nothing then
 */
export async function checksumOf(
  store: InstalledStore,
  signal: AbortSignal,
  chunking?: ChunkerOptions,
): Promise<{ documents: number; checksum: string }> {
  const hash = createHash('sha256');
  let documents = 0;
  for (const { id: source } of await store.catalog.sources()) {
    for await (const ids of pagesOf(store, source, signal)) {
      for (const write of inOrder(ids, await store.export.documents(ids))) {
        const { text, acl, ...head } = write.document;
        const { chunks } = chunking ? cutAs({ ...write.document, ...write }, chunking) : write;
        const vectors = chunking ? [] : (write.vectors ?? []);
        hash.update(
          JSON.stringify([head.id, head.version, head.contentHash, head.title, aclKey(acl), text.length]),
        );
        hash.update(JSON.stringify([chunks.length, vectors.length]));
        hash.update(text);
        documents++;
      }
    }
  }
  return { documents, checksum: hash.digest('hex').slice(0, 16) };
}

/** Entries of one space as they are, and none that are gone. */
async function copySpace(from: SharedState, to: SharedState, space: StateSpace): Promise<void> {
  const there = new Set<string>();
  for await (const { key } of entriesOf(to, space)) there.add(key);
  for await (const { key, value } of entriesOf(from, space)) {
    there.delete(key);
    await to.put(space, { key, value });
  }
  await to.change(space, { removals: [...there] });
}

async function prepare(
  from: InstalledStore,
  to: InstalledStore,
  sources: readonly SourceId[],
  cut: ChunkerOptions,
): Promise<void> {
  const { fingerprint } = await from.index.stats();
  if (fingerprint) await to.embeddings.bind({ ...fingerprint, chunkerVersion: chunkerVersionOf(cut) });
  const sample: DocumentWrite[] = [];
  for (const source of sources)
    sample.push(...(await from.export.documents(await from.catalog.listIds(source, undefined, SAMPLE))));
  await to.paired?.versions.calibrate(sample);
  for (const { name, value } of await from.export.settings()) {
    const held = await to.catalog.setting(name, () => value);
    if (held !== value)
      throw new AppError('STORE_CONFLICT', 'config', `the setting ${name} differs`, {
        publicMessage: `The other store is of another installation: its setting "${name}" differs. Migrate into an empty one.`,
      });
  }
  for (const { source, lists } of await from.export.lists()) {
    if (source === undefined) await to.catalog.putLists(lists);
    else await to.commit({ source, lists });
  }
}

async function copyDocuments(
  from: InstalledStore,
  to: InstalledStore,
  source: SourceId,
  { signal, cut }: { readonly signal: AbortSignal; readonly cut: ChunkerOptions },
  told: (written: number, unchanged: number) => Promise<void>,
): Promise<void> {
  await to.catalog.ensureSource(source);
  const commits = new Set<Promise<void>>();
  try {
    for await (const { upserts, unchanged } of changedPages(from, to, source, signal)) {
      while (commits.size >= COMMITS_AT_ONCE) await Promise.race(commits);
      const done: Promise<void> = carried(to, upserts, cut)
        .then((writes) => commitPage(to, source, writes))
        .then(() => told(upserts.length, unchanged))
        .finally(() => commits.delete(done));
      commits.add(done);
    }
    await Promise.all(commits);
  } finally {
    // Nothing is written any more when this is over, whatever ended it.
    await Promise.allSettled(commits);
  }
}

async function commitPage(to: InstalledStore, source: SourceId, upserts: readonly DocumentWrite[]) {
  if (upserts.length > 0) await to.commit({ source, upserts });
}

/** Read while the page before is written. */
async function* changedPages(
  from: InstalledStore,
  to: InstalledStore,
  source: SourceId,
  signal: AbortSignal,
): AsyncGenerator<{ readonly upserts: readonly DocumentWrite[]; readonly unchanged: number }> {
  const read = async (ids: readonly DocumentId[]) => {
    const [ours, theirs] = await Promise.all([from.catalog.known(ids), to.catalog.known(ids)]);
    const wanted = ids.filter((id) => !isSame(ours.get(id), theirs.get(id)));
    const upserts = wanted.length === 0 ? [] : await from.export.documents(wanted);
    return { upserts, unchanged: ids.length - wanted.length };
  };
  let ahead: ReturnType<typeof read> | undefined;
  for await (const ids of pagesOf(from, source, signal)) {
    const next = read(ids);
    next.catch(() => undefined); // whoever takes it hears of it
    if (ahead) yield await ahead;
    ahead = next;
  }
  if (ahead) yield await ahead;
}

/** Documents that an attempt before brought, and that are gone since. */
async function removeOthers(
  from: InstalledStore,
  to: InstalledStore,
  source: SourceId,
  signal: AbortSignal,
  renew: () => Promise<void>,
): Promise<number> {
  let removed = 0;
  for await (const ids of pagesOf(to, source, signal)) {
    await renew();
    const known = await from.catalog.known(ids);
    const removals = ids.filter((id) => !known.has(id));
    if (removals.length > 0) await to.commit({ source, removals });
    removed += removals.length;
  }
  return removed;
}

/** The checkpoint comes last: until then a sync of the new store would begin anew. */
async function copyState(from: InstalledStore, to: InstalledStore, source: SourceId): Promise<void> {
  const directory = await from.export.directory(source);
  if (directory) {
    const run = `migration ${Date.now()}`;
    await to.catalog.stageDirectory(source, run, directory);
    await to.catalog.completeDirectory(source, run);
  }
  for (const run of (await from.catalog.runs(source, 100)).toReversed()) await to.catalog.putRun(run);
  const letters = await from.catalog.deadLetters(source, 1_000_000);
  const there = new Set(
    (await to.catalog.deadLetters(source, 1_000_000)).map(({ documentId }) => documentId),
  );
  const checkpoint = await from.catalog.checkpoint(source);
  await to.commit({
    source,
    deadLetters: letters.filter(({ documentId }) => !there.has(documentId)),
    ...(checkpoint !== undefined && { checkpoint }),
  });
}

function inOrder(ids: readonly DocumentId[], writes: readonly DocumentWrite[]): DocumentWrite[] {
  const byId = new Map(writes.map((write) => [write.document.id, write]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

function isSame(a: KnownVersion | undefined, b: KnownVersion | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.version === b.version &&
    a.contentHash === b.contentHash &&
    aclKey(a.acl) === aclKey(b.acl)
  );
}
