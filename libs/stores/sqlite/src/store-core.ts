import { statSync } from 'node:fs';
import type { DirectoryPart, DocumentId, Principal, SourceId } from '@fumikura/model';
import type {
  Catalog,
  Damage,
  DirectoryRecord,
  DocumentWrite,
  IndexBatch,
  IndexStats,
  Lease,
  StoreBatch,
  StoreExport,
} from '@fumikura/ports';
import { AccessHistoryStore } from './catalog/access-history.ts';
import { AclStore } from './catalog/acls.ts';
import { CheckedReads } from './catalog/checked-reads.ts';
import { DirectoryStore } from './catalog/directory.ts';
import { DocumentStore } from './catalog/documents.ts';
import { exportedDocuments, exportedLists } from './catalog/exported.ts';
import { JobStore } from './catalog/jobs.ts';
import { Setting } from './catalog/setting.ts';
import { StateStore } from './catalog/state.ts';
import { SyncState } from './catalog/sync-state.ts';
import { Database } from './database.ts';
import type { DatabaseOptions } from './database.ts';
import { EmbeddingTables } from './embedding/embedding-state.ts';
import { IndexVersions } from './index-versions.ts';
import { IndexCore } from './index/index-core.ts';
import { Rebuild } from './rebuild.ts';
import type { RebuildProgress } from './rebuild.ts';
import { catalogued } from './catalogued.ts';
import { migrate } from './schema.ts';
import { checkCatalog, checkFile } from './store-check.ts';

/** A rebuild is due when more of the slots than this belong to documents that are gone, and there are many of them. */
const MAX_DEAD_SHARE = 0.3;
const MIN_DEAD_SLOTS = 5_000;
/** Chunks written in small batches after which commits do a step of upkeep themselves: nobody was idle meanwhile. */
const UPKEEP_AT_CHUNKS = 4_000;

export interface CoreOptions extends DatabaseOptions {
  readonly now?: () => number;
}

/** The whole store on one connection, synchronous: run in a worker thread, or directly by a short-lived command. */
export class StoreCore {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #versions: IndexVersions;
  readonly #rebuild: Rebuild;
  #notFolded = 0;
  readonly history: AccessHistoryStore;
  readonly acls: AclStore;
  readonly documents: DocumentStore;
  readonly reads: CheckedReads;
  readonly sync: SyncState;
  readonly directory: DirectoryStore;
  readonly jobs: JobStore;
  readonly state: StateStore;
  readonly index: IndexCore;
  readonly embeddings: EmbeddingTables;

  /** @throws AppError STORE_* when the file cannot be used; nothing here grows with what it holds */
  constructor(options: CoreOptions) {
    this.#db = new Database(options);
    try {
      this.#now = options.now ?? Date.now;
      migrate(this.#db, options.readOnly ?? false);
      this.history = new AccessHistoryStore(this.#db, this.#now);
      this.acls = new AclStore(this.#db, this.history);
      this.documents = new DocumentStore(this.#db, this.acls, this.history);
      this.reads = new CheckedReads(this.#db, this.documents, this.acls);
      this.sync = new SyncState(this.#db, this.#now);
      this.directory = new DirectoryStore(this.#db, this.#now, this.history);
      this.jobs = new JobStore(this.#db, this.#now);
      this.state = new StateStore(this.#db, this.#now);
      this.index = new IndexCore(this.#db, (id) => this.documents.readableText(id));
      this.embeddings = new EmbeddingTables(this.#db, this.documents, this.index);
      this.#rebuild = new Rebuild(this.#db, this.index, this.documents, new Setting(this.#db, 'rebuild'));
      this.#versions = new IndexVersions(this.#db, options.readOnly ?? false);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** One transaction over everything. Removals come first, so that what is also written is there afterwards. */
  commit(batch: StoreBatch): void {
    this.#write(() => {
      if (batch.lease) this.sync.requireLease(batch.lease);
      const syncedAt = new Date(this.#now()).toISOString();
      this.sync.ensureSource(batch.source);
      this.acls.putLists(batch.lists ?? [], batch.source);
      this.index.apply(catalogued(this, batch, syncedAt));
      this.sync.putDeadLetters(batch.source, batch.deadLetters ?? []);
      for (const [of, checkpoint] of [
        ['content', batch.checkpoint],
        ['access', batch.accessCheckpoint],
      ] as const)
        if (checkpoint !== undefined) this.sync.setCheckpoint(batch.source, checkpoint, of);
    });
    this.#upkeep(batch.upserts ?? []);
  }

  writeIndex(batch: IndexBatch): void {
    this.#write(() => this.index.apply(batch));
    this.#upkeep(batch.upserts ?? []);
  }

  putLists(lists: Parameters<Catalog['putLists']>[0]): void {
    this.#write(() => this.acls.putLists(lists, null));
  }

  renameInAccessHistory(...[renamed]: Parameters<Catalog['renameInAccessHistory']>): number {
    return this.#write(() => this.history.rename(renamed));
  }

  stageDirectory(source: SourceId, run: string, part: DirectoryPart): void {
    this.#write(() => this.directory.stage(source, run, part));
  }

  completeDirectory(source: SourceId, run: string, lease?: Lease): DirectoryRecord {
    return this.#write(() => {
      if (lease) this.sync.requireLease(lease);
      this.acls.changed();
      return this.directory.complete(source, run);
    });
  }

  /** A write of the embedding stage. */
  embed<T>(work: (tables: EmbeddingTables) => T): T {
    const value = this.#write(() => work(this.embeddings));
    this.#db.truncateLog();
    return value;
  }

  pruneVectors(): number {
    return this.embed((tables) => tables.prune(this.index.slots().chunks));
  }

  removeSource(id: SourceId): number {
    return this.#write(() => {
      const ids = this.documents.listIds(id, '', Number.MAX_SAFE_INTEGER);
      for (const documentId of ids) {
        this.documents.remove(documentId);
        this.embeddings.forget(documentId);
      }
      this.index.apply({ removals: ids });
      this.acls.forgetSource(id);
      this.directory.forget(id);
      this.jobs.forget(id);
      this.sync.forget(id);
      return ids.length;
    });
  }

  readableAcls(principals: readonly Principal[]) {
    return this.acls.readable(principals);
  }

  /** Checks no rights: for moving everything to another engine. */
  exportDocuments(ids: readonly DocumentId[]): DocumentWrite[] {
    return this.#db.read(() => exportedDocuments(this, ids));
  }

  exportLists(): Awaited<ReturnType<StoreExport['lists']>> {
    return this.#db.read(() => exportedLists(this.acls));
  }

  /** Versions are those the index was made with; ICU may differ from this process's, and then a rebuild is advised. */
  stats(): IndexStats {
    const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const stats = this.index.stats();
    return {
      ...stats,
      tokeniserVersion: this.#versions.tokeniser ?? stats.tokeniserVersion,
      icuVersion: this.#versions.icu ?? stats.icuVersion,
      sizeBytes: size(this.#db.file) + size(`${this.#db.file}-wal`),
    };
  }

  /** One bounded step. @returns true while more is due */
  maintainStep(): boolean {
    if (this.index.maintainStep()) return true;
    this.#notFolded = 0;
    if (this.#isRebuildDue()) this.#rebuild.begin();
    return this.#rebuild.isRunning && !this.rebuildStep().isDone;
  }

  /** Begins a rebuild, or goes on with the one that is under way. */
  beginRebuild(): RebuildProgress {
    this.#rebuild.begin();
    return this.rebuildStep();
  }

  rebuildStep(): RebuildProgress {
    const progress = this.#rebuild.step();
    if (progress.isDone) this.#versions.set();
    this.#db.truncateLog();
    return progress;
  }

  /** The index was made by another tokeniser: nothing may be asked or written before a rebuild. */
  isRebuildRequired(): boolean {
    return this.#versions.isRebuildRequired();
  }

  check(shouldStop: () => boolean): Damage[] {
    const damages = checkFile(this.#db);
    // What lies on damaged pages cannot be compared.
    if (damages.length > 0) return damages;
    return [...this.index.check(shouldStop), ...this.#db.read(() => checkCatalog(this.#db))];
  }

  close(): void {
    this.#rebuild.close();
    this.#db.close();
  }

  #write<T>(work: () => T): T {
    try {
      return this.#db.write(() => {
        this.#versions.requireCompatible();
        return work();
      });
    } catch (error) {
      this.index.afterRollback();
      this.acls.forget();
      throw error;
    } finally {
      this.reads.afterWrite();
    }
  }

  /** While batches follow each other without a pause, the log and the delta would grow without end. */
  #upkeep(upserts: readonly { readonly chunks: readonly unknown[] }[]): void {
    this.#db.truncateLog();
    this.#notFolded += upserts.reduce((sum, { chunks }) => sum + Math.max(1, chunks.length), 0);
    if (this.#notFolded >= UPKEEP_AT_CHUNKS && !this.index.maintainStep()) this.#notFolded = 0;
  }

  #isRebuildDue(): boolean {
    if (this.#rebuild.isRunning) return false;
    const { slots, chunks } = this.index.slots();
    const dead = slots - chunks;
    // An index that is used alone has no texts to be made from.
    return dead >= MIN_DEAD_SLOTS && dead / slots > MAX_DEAD_SHARE && this.sync.hasDocuments();
  }
}
