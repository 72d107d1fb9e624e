import { statSync } from 'node:fs';
import type { DocumentId, Principal, SourceId } from '@fumikura/model';
import type {
  AccessGrant,
  Catalog,
  Damage,
  DocumentRecord,
  IndexBatch,
  IndexStats,
  StoreBatch,
  StoredText,
} from '@fumikura/ports';
import { TOKENISER_VERSION } from '@fumikura/text';
import { AclStore } from './catalog/acls.ts';
import { DocumentStore, toIndexDocument } from './catalog/documents.ts';
import { SyncState } from './catalog/sync-state.ts';
import { Database } from './database.ts';
import type { DatabaseOptions } from './database.ts';
import { IndexCore } from './index/index-core.ts';
import { migrate } from './schema.ts';

/** A rebuild is due when more of the slots than this belong to documents that are gone. */
const MAX_DEAD_SHARE = 0.3;
const REBUILD_BATCH = 200;

export interface CoreOptions extends DatabaseOptions {
  readonly now?: () => number;
}

/** The whole store on one connection, synchronous: run in a worker thread, or directly by a short-lived command. */
export class StoreCore {
  readonly #db: Database;
  readonly #now: () => number;
  readonly acls: AclStore;
  readonly documents: DocumentStore;
  readonly sync: SyncState;
  readonly index: IndexCore;

  constructor(options: CoreOptions) {
    this.#db = new Database(options);
    this.#now = options.now ?? Date.now;
    migrate(this.#db, options.readOnly ?? false);
    this.acls = new AclStore(this.#db);
    this.documents = new DocumentStore(this.#db, this.acls);
    this.sync = new SyncState(this.#db, this.#now);
    this.index = new IndexCore(this.#db);
    if (!options.readOnly) this.#matchTokeniser();
  }

  /** One transaction over everything. */
  commit(batch: StoreBatch): void {
    this.#write(() => {
      if (batch.lease) this.sync.requireLease(batch.lease);
      const syncedAt = new Date(this.#now()).toISOString();
      this.sync.ensureSource(batch.source);
      this.acls.putLists(batch.lists ?? [], batch.source);
      this.index.apply(this.#indexBatch(batch, syncedAt));
      this.sync.putDeadLetters(batch.source, batch.deadLetters ?? []);
      if (batch.checkpoint !== undefined) this.sync.setCheckpoint(batch.source, batch.checkpoint);
    });
  }

  writeIndex(batch: IndexBatch): void {
    this.#write(() => this.index.apply(batch));
  }

  putLists(lists: Parameters<Catalog['putLists']>[0]): void {
    this.#write(() => this.acls.putLists(lists, null));
  }

  removeSource(id: SourceId): number {
    return this.#write(() => {
      const ids = this.documents.listIds(id, '', Number.MAX_SAFE_INTEGER);
      for (const documentId of ids) this.documents.remove(documentId);
      this.index.apply({ removals: ids });
      this.sync.forget(id);
      return ids.length;
    });
  }

  /** Second check: today's lists, not the ones of the grant. */
  readable(ids: readonly DocumentId[], { principals }: Pick<AccessGrant, 'principals'>): DocumentRecord[] {
    return this.#db.read(() => {
      const records = this.documents.records(ids);
      const admitted = this.acls.admits(
        records.map(({ aclId }) => aclId),
        principals,
      );
      return records.filter(({ aclId }) => admitted.has(aclId));
    });
  }

  text(id: DocumentId, grant: Pick<AccessGrant, 'principals'>): StoredText | undefined {
    return this.#db.read(() =>
      this.readable([id], grant).length === 1 ? this.documents.text(id) : undefined,
    );
  }

  passages(wanted: Parameters<Catalog['passages']>[0], grant: Pick<AccessGrant, 'principals'>) {
    return this.#db.read(() => {
      const allowed = new Set(
        this.readable(
          wanted.map(({ documentId }) => documentId),
          grant,
        ).map(({ id }) => id),
      );
      return wanted.map(({ documentId, ordinal }) => {
        const stored = allowed.has(documentId) ? this.documents.text(documentId) : undefined;
        const chunk = stored?.chunks[ordinal];
        return stored && chunk ? { chunk, text: stored.text.slice(chunk.start, chunk.end) } : undefined;
      });
    });
  }

  fieldValues(
    field: Parameters<Catalog['fieldValues']>[0],
    { principals }: Pick<AccessGrant, 'principals'>,
    limit: number,
  ) {
    return this.#db.read(() => {
      const readable = new Set(this.acls.readable(principals).aclIds);
      return this.documents.fieldValues(field, (aclId) => readable.has(aclId), limit);
    });
  }

  readableAcls(principals: readonly Principal[]) {
    return this.acls.readable(principals);
  }

  stats(): IndexStats {
    const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    return { ...this.index.stats(), sizeBytes: size(this.#db.file) + size(`${this.#db.file}-wal`) };
  }

  /** @returns true while more is due */
  maintainStep(): boolean {
    if (this.index.maintainStep()) return true;
    if (this.index.deadShare() <= MAX_DEAD_SHARE || this.stats().chunks < REBUILD_BATCH) return false;
    this.rebuild();
    return true;
  }

  /** Makes the index anew from the stored texts, in one transaction: readers keep the old one until it is done. */
  rebuild(): void {
    this.#write(() => {
      this.index.clear();
      for (const { id } of this.sync.sources()) {
        for (let after = ''; ;) {
          const ids = this.documents.listIds(id, after, REBUILD_BATCH);
          this.index.apply({ upserts: ids.flatMap((each) => this.documents.indexDocument(each) ?? []) });
          if (ids.length < REBUILD_BATCH) break;
          after = ids.at(-1) ?? '';
        }
      }
      this.#setTokeniser();
    });
  }

  check(shouldStop: () => boolean): Damage[] {
    const remedy = 'Restore a backup, or delete the database and run "fumi sync".';
    const quick = this.#db
      .all<{ quick_check: string }>('PRAGMA quick_check(10)')
      .filter(({ quick_check: text }) => text !== 'ok');
    const damages = quick.map(({ quick_check: what }) => ({ what, remedy }));
    return damages.length > 0 ? damages : [...this.index.check(shouldStop), ...this.#checkCatalog()];
  }

  close(): void {
    this.#db.close();
  }

  #checkCatalog(): Damage[] {
    const count = (sql: string) => this.#db.get<{ n: number }>(sql)?.n ?? 0;
    const unindexed = count('SELECT count(*) AS n FROM document WHERE id NOT IN (SELECT id FROM index_doc)');
    const orphans = count('SELECT count(*) AS n FROM index_doc WHERE id NOT IN (SELECT id FROM document)');
    const remedy = 'Rebuild the index: fumi doctor --rebuild.';
    const hasCatalog = count('SELECT count(*) AS n FROM document') > 0;
    return [
      ...(unindexed > 0 ? [{ what: `${unindexed} documents are not in the index`, remedy }] : []),
      ...(orphans > 0 && hasCatalog
        ? [{ what: `${orphans} documents of the index are not in the catalog`, remedy }]
        : []),
    ];
  }

  #indexBatch(
    { upserts = [], heads = [], acls = [], removals = [] }: StoreBatch,
    syncedAt: string,
  ): IndexBatch {
    const written = upserts.map((write) => {
      const aclId = this.documents.put(write, syncedAt);
      this.sync.clearDeadLetter(write.document.id);
      return toIndexDocument({ ...write.document, aclId }, write.document.text, write.chunks, write.vectors);
    });
    const retold = heads.flatMap((head) => this.documents.putHead(head, syncedAt) ?? []);
    const moved = acls.flatMap(({ id, acl }) => {
      const aclId = this.documents.setAcl(id, acl);
      return aclId === undefined ? [] : [{ documentId: id, aclId }];
    });
    for (const id of removals) {
      this.documents.remove(id);
      this.sync.clearDeadLetter(id);
    }
    return { upserts: [...written, ...retold], acls: moved, removals };
  }

  #write<T>(work: () => T): T {
    try {
      return this.#db.write(work);
    } catch (error) {
      this.index.afterRollback();
      this.acls.forget();
      throw error;
    }
  }

  /** Terms of another tokeniser would silently not be found: the index is made anew before anything asks it. */
  #matchTokeniser(): void {
    const known = this.#db.get<{ value: string }>(
      `SELECT value FROM setting WHERE name = 'tokeniser'`,
    )?.value;
    if (known === undefined) this.#setTokeniser();
    else if (known !== TOKENISER_VERSION) this.rebuild();
  }

  #setTokeniser(): void {
    this.#db.run(
      `INSERT OR REPLACE INTO setting(name, value) VALUES('tokeniser', ?), ('icu', ?)`,
      TOKENISER_VERSION,
      process.versions['icu'] ?? '',
    );
  }
}
