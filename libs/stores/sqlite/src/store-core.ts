import { statSync } from 'node:fs';
import { AppError } from '@fumikura/errors';
import type { ChunkId, DirectoryPart, DocumentId, Principal, SourceId } from '@fumikura/model';
import type {
  AccessGrant,
  Catalog,
  Damage,
  DirectoryRecord,
  DocumentRecord,
  DocumentWrite,
  FieldValue,
  IndexBatch,
  IndexStats,
  Lease,
  Passage,
  StoreBatch,
  StoredText,
  StoreExport,
} from '@fumikura/ports';
import { TOKENISER_VERSION } from '@fumikura/text';
import { AccessHistoryStore } from './catalog/access-history.ts';
import { AclStore } from './catalog/acls.ts';
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
import { IndexCore } from './index/index-core.ts';
import { Rebuild } from './rebuild.ts';
import type { RebuildProgress } from './rebuild.ts';
import { catalogued } from './catalogued.ts';
import { migrate, requireFormat } from './schema.ts';
import { checkCatalog, checkFile } from './store-check.ts';

/** A rebuild is due when more of the slots than this belong to documents that are gone, and there are many of them. */
const MAX_DEAD_SHARE = 0.3;
const MIN_DEAD_SLOTS = 5_000;
/** Chunks written in small batches after which commits do a step of upkeep themselves: nobody was idle meanwhile. */
const UPKEEP_AT_CHUNKS = 4_000;
/** Answers of `fieldValues` kept until the next write; every reply asks for the same one. */
const KEPT_VALUES = 64;

export interface CoreOptions extends DatabaseOptions {
  readonly now?: () => number;
}

type Caller = Pick<AccessGrant, 'principals'>;

/** The whole store on one connection, synchronous: run in a worker thread, or directly by a short-lived command. */
export class StoreCore {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #tokeniser: Setting;
  readonly #icu: Setting;
  readonly #rebuild: Rebuild;
  readonly #values = new Map<string, FieldValue[]>();
  #valuesOf = '';
  #ownWrites = 0;
  #compatibleAt = -1;
  #notFolded = 0;
  readonly history: AccessHistoryStore;
  readonly acls: AclStore;
  readonly documents: DocumentStore;
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
      this.sync = new SyncState(this.#db, this.#now);
      this.directory = new DirectoryStore(this.#db, this.#now, this.history);
      this.jobs = new JobStore(this.#db, this.#now);
      this.state = new StateStore(this.#db, this.#now);
      this.index = new IndexCore(this.#db, (id) => this.documents.readableText(id));
      this.embeddings = new EmbeddingTables(this.#db, this.documents, this.index);
      this.#tokeniser = new Setting(this.#db, 'tokeniser');
      this.#icu = new Setting(this.#db, 'icu');
      this.#rebuild = new Rebuild(this.#db, this.index, this.documents, new Setting(this.#db, 'rebuild'));
      this.#matchTokeniser(options.readOnly ?? false);
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

  /** Second check: today's lists, not the ones of the grant. */
  readable(ids: readonly DocumentId[], { principals }: Caller): DocumentRecord[] {
    return this.#db.read(() => {
      return this.documents.admittedRecords(ids, (aclIds) => this.acls.admits(aclIds, principals));
    });
  }

  text(id: DocumentId, caller: Caller): StoredText | undefined {
    return this.#db.read(() =>
      this.readable([id], caller).length === 1 ? this.documents.text(id) : undefined,
    );
  }

  /** Several spans of one document unpack its text once. */
  passages(wanted: readonly ChunkId[], caller: Caller): (Passage | undefined)[] {
    return this.#db.read(() => {
      const ids = [...new Set(wanted.map(({ documentId }) => documentId))];
      const texts = new Map(
        this.readable(ids, caller).map(({ id }) => [id, this.documents.text(id)] as const),
      );
      return wanted.map(({ documentId, ordinal }) => {
        const stored = texts.get(documentId);
        const chunk = stored?.chunks.find((each) => each.ordinal === ordinal);
        return stored && chunk ? { chunk, text: stored.text.slice(chunk.start, chunk.end) } : undefined;
      });
    });
  }

  fieldValues(
    field: Parameters<Catalog['fieldValues']>[0],
    { principals }: Caller,
    limit: number,
  ): FieldValue[] {
    return this.#db.read(() => {
      const key = [field, limit, ...principals].join('\n');
      const known = this.#keptValues().get(key);
      if (known) return known;
      const readable = new Set(this.acls.readable(principals).aclIds);
      const values = this.documents.fieldValues(field, (aclId) => readable.has(aclId), limit);
      if (this.#values.size >= KEPT_VALUES) this.#values.clear();
      this.#values.set(key, values);
      return values;
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
      tokeniserVersion: this.#tokeniser.get() ?? stats.tokeniserVersion,
      icuVersion: this.#icu.get() ?? stats.icuVersion,
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
    if (progress.isDone) this.#setVersions();
    this.#db.truncateLog();
    return progress;
  }

  /** The index was made by another tokeniser: nothing may be asked or written before a rebuild. */
  isRebuildRequired(): boolean {
    return this.#tokeniser.get() !== TOKENISER_VERSION;
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
        this.#requireCompatible();
        return work();
      });
    } catch (error) {
      this.index.afterRollback();
      this.acls.forget();
      throw error;
    } finally {
      this.#ownWrites++;
    }
  }

  /** While batches follow each other without a pause, the log and the delta would grow without end. */
  #upkeep(upserts: readonly { readonly chunks: readonly unknown[] }[]): void {
    this.#db.truncateLog();
    this.#notFolded += upserts.reduce((sum, { chunks }) => sum + Math.max(1, chunks.length), 0);
    if (this.#notFolded >= UPKEEP_AT_CHUNKS && !this.index.maintainStep()) this.#notFolded = 0;
  }

  #keptValues(): Map<string, FieldValue[]> {
    const state = `${this.#db.dataVersion()} ${this.#ownWrites}`;
    if (state !== this.#valuesOf) this.#values.clear();
    this.#valuesOf = state;
    return this.#values;
  }

  #isRebuildDue(): boolean {
    if (this.#rebuild.isRunning) return false;
    const { slots, chunks } = this.index.slots();
    const dead = slots - chunks;
    // An index that is used alone has no texts to be made from.
    return dead >= MIN_DEAD_SLOTS && dead / slots > MAX_DEAD_SHARE && this.sync.hasDocuments();
  }

  /** Terms of another tokeniser would silently not be found. */
  #matchTokeniser(readOnly: boolean): void {
    if (!this.isRebuildRequired()) return;
    const isNew = this.#tokeniser.get() === undefined;
    if (readOnly) throw otherTokeniser(this.#db.file);
    if (isNew) this.#setVersions();
  }

  #setVersions(): void {
    this.#db.write(() => {
      this.#tokeniser.set(TOKENISER_VERSION);
      this.#icu.set(process.versions['icu'] ?? '');
    });
  }

  /** A newer version may have taken over the file while this process had it open. */
  #requireCompatible(): void {
    const version = this.#db.dataVersion();
    if (version === this.#compatibleAt) return;
    requireFormat(this.#db);
    if (this.isRebuildRequired()) throw takenOver(this.#db.file);
    this.#compatibleAt = version;
  }
}

function otherTokeniser(file: string): AppError {
  return new AppError('STORE_OLDER', 'config', 'the index was made by another tokeniser', {
    publicMessage: `The index in ${file} was made by another version and cannot be changed. Open it once with the right to write.`,
  });
}

function takenOver(file: string): AppError {
  return new AppError('STORE_NEWER', 'config', 'another version has taken over the file', {
    publicMessage: `The database ${file} was taken over by another version of Fumikura. Restart this one with that version.`,
  });
}
