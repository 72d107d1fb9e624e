import { AppError, toAppError } from '@fumikura/errors';
import type { Acl, DocumentId, JsonValue, SourceDocument } from '@fumikura/model';
import { aclKey } from '@fumikura/model';
import { PASSES } from '@fumikura/ports';
import type { Change, Connector, KnownVersion, Lease, SyncBatch } from '@fumikura/ports';
import { readAccess } from './access-run.ts';
import { ahead, forEach } from './batching.ts';
import { ErrorBudget } from './budget.ts';
import { readDirectory } from './directory-run.ts';
import { findRemoved, guardRemovals } from './census.ts';
import { children, contentHash, headOf, parentOf, titledHash, toWrite } from './documents.ts';
import type { IngestParts } from './ingest.ts';
import { partsGone, partsOf } from './parts.ts';
import type { Counters, SyncOptions, SyncProgress } from './types.ts';
import { BatchWriter } from './writer.ts';

/** Longest pause before a dead letter is tried again. */
const MAX_RETRY_MS = 7 * 86_400_000;
const MAX_LETTERS = 100_000;
const REFRESHED_AT_ONCE = 100;

/** One run over one source: pull, skip what is known, parse, write; then what is gone, the readers, the directory. */
export class SourceRun {
  readonly #parts: IngestParts;
  readonly #connector: Connector;
  readonly #options: SyncOptions;
  readonly #writer: BatchWriter;
  readonly #lease: Lease;
  readonly #budget: ErrorBudget;
  readonly #progressed: () => void;
  readonly #startedAt = performance.now();
  #phase: SyncProgress['phase'] | undefined;
  #indexed = 0;
  /** Indexed, told by the source, and gone when they were read. */
  #lost = 0;
  /** Items in all, as far as anybody knows: for the progress shown. */
  #expected: number | undefined;
  /** Failed before and not due yet: id → when it failed last. A change since then makes it due at once. */
  #waiting: ReadonlyMap<DocumentId, string> = new Map();

  constructor(
    parts: IngestParts,
    connector: Connector,
    lease: Lease,
    options: SyncOptions,
    progressed: () => void,
  ) {
    this.#parts = parts;
    this.#connector = connector;
    this.#options = options;
    this.#lease = lease;
    this.#writer = new BatchWriter(parts, connector.id, lease, options.dryRun ?? false);
    this.#budget = new ErrorBudget(parts.limits);
    this.#progressed = progressed;
  }

  get counters(): Counters {
    return this.#writer.counters;
  }

  /** The passes that were asked for; readers last, so that they are the newest of all. */
  async read(): Promise<void> {
    const { passes = PASSES, dryRun } = this.#options;
    while (await this.#readRequested()) this.#tell('refresh');
    if (passes.includes('content')) await this.#readContent();
    if (passes.includes('census')) await this.#removeGone();
    if (passes.includes('access')) await this.#readAccess();
    if (passes.includes('directory') && !dryRun) {
      this.#tell('directory');
      await readDirectory(this.#parts.store, this.#connector, {
        signal: this.#options.signal,
        lease: this.#lease,
        progressed: () => this.#tell('directory'),
      });
    }
    this.#tell('done');
  }

  /** Items that webhooks named. @returns whether there may be more */
  async #readRequested(): Promise<boolean> {
    if (!this.#connector.refresh || this.#options.dryRun) return false;
    const { catalog } = this.#parts.store;
    const wishes = await catalog.requested(this.#connector.id, REFRESHED_AT_ONCE);
    const items = wishes.flatMap((wish) => ('item' in wish ? [wish] : []));
    if (items.length === 0) return false;
    await this.#refresh(items.map(({ item }) => item));
    await catalog.met(items);
    return true;
  }

  async #readAccess(): Promise<void> {
    this.#tell('access');
    await readAccess({
      ...this.#parts,
      connector: this.#connector,
      writer: this.#writer,
      budget: this.#budget,
      signal: this.#options.signal,
      isDry: this.#options.dryRun ?? false,
      childrenOf: (id) => this.#childrenOf(id),
      partsOf: (id) => partsOf(this.#connector, this.#parts.store.catalog, id),
      progressed: async () => {
        this.#tell('access');
        await this.#readRequested();
      },
    });
  }

  async #readContent(): Promise<void> {
    const { signal, full } = this.#options;
    const { catalog } = this.#parts.store;
    this.#tell('listing');
    this.#expected = await this.#indexedBefore();
    this.#waiting = full || this.#options.retryFailed ? new Map() : await this.#notYetDue();
    const from = full ? undefined : await catalog.checkpoint(this.#connector.id);
    for await (const batch of ahead(this.#connector.pull(from, signal))) {
      signal.throwIfAborted();
      this.#expected = batch.expectedItems ?? this.#expected;
      await this.#batch(batch);
      this.#tell('reading');
      await this.#readRequested();
    }
    await this.#writer.flush();
    await this.#readFailedAgain();
  }

  /** A source that tells only of changes would never tell again of an item that failed. */
  async #readFailedAgain(): Promise<void> {
    const { catalog } = this.#parts.store;
    if (!this.#connector.refresh) return;
    const letters = await catalog.deadLetters(this.#connector.id, MAX_LETTERS);
    const due = letters.filter(
      ({ documentId, lastAt }) =>
        !this.#waiting.has(documentId) && Date.parse(lastAt) < this.#parts.now() - this.#elapsedMs(),
    );
    await this.#refresh(due.map(({ documentId }) => documentId));
  }

  /** Listed and not indexed: what became visible to our account, or was indexed late by the source, without a change. */
  async #readUnread(unread: readonly DocumentId[]): Promise<void> {
    if (unread.length === 0 || !this.#connector.refresh) return;
    const letters = await this.#parts.store.catalog.deadLetters(this.#connector.id, MAX_LETTERS);
    const failed = new Set(letters.map(({ documentId }) => documentId));
    await this.#refresh(unread.filter((id) => !failed.has(id)));
  }

  async #refresh(all: readonly DocumentId[]): Promise<void> {
    const { refresh } = this.#connector;
    for (let at = 0; refresh && at < all.length; at += REFRESHED_AT_ONCE) {
      const ids = all.slice(at, at + REFRESHED_AT_ONCE);
      for await (const changes of refresh(ids, this.#options.signal)) await this.#apply(changes);
      await this.#writer.flush();
    }
  }

  async #batch({ changes, checkpoint }: SyncBatch): Promise<void> {
    await this.#apply(changes);
    await this.#writer.reached(checkpoint as JsonValue);
  }

  async #apply(changes: readonly Change[]): Promise<void> {
    const { catalog } = this.#parts.store;
    for (const change of changes) if (change.kind === 'list') this.#writer.list(change.list);
    const ids = changes.flatMap((change) =>
      change.kind === 'upsert' ? [change.document.id] : change.kind === 'acl' ? [change.id] : [],
    );
    const known = await catalog.known(ids);
    await forEach(changes, this.#parts.limits.concurrency, (change) => this.#change(change, known));
    for (const id of await partsGone(this.#connector, catalog, changes)) this.#writer.remove(id);
  }

  async #change(change: Change, known: ReadonlyMap<DocumentId, KnownVersion>): Promise<void> {
    if (change.kind === 'list') return;
    this.#options.signal.throwIfAborted();
    this.#writer.count('read');
    switch (change.kind) {
      case 'upsert':
        await this.#upsert(change.document, known.get(change.document.id));
        break;
      case 'acl':
        await this.#acl(change.id, change.acl, known.get(change.id));
        break;
      case 'remove':
        await this.#remove(change.id);
        break;
      case 'failed':
        this.#fail(change.id, change.error);
    }
    this.#tell('reading');
  }

  async #upsert(document: SourceDocument, known: KnownVersion | undefined): Promise<void> {
    if (!this.#options.full && known?.version === document.version) {
      if (aclKey(known.acl) !== aclKey(document.acl)) return this.#acl(document.id, document.acl, known);
      this.#writer.count('unchanged');
      return this.#budget.succeeded();
    }
    const failedAt = this.#waiting.get(document.id);
    if (!known && failedAt !== undefined && (document.updatedAt ?? '') < failedAt) {
      this.#writer.count('unchanged');
      return;
    }
    try {
      await this.#write(document, known);
      this.#budget.succeeded();
    } catch (error) {
      if (this.#options.signal.aborted) throw error;
      const reason = toAppError(error);
      if (reason.kind === 'not-found') await this.#lose(document.id, known !== undefined);
      else this.#fail(document.id, reason);
    }
  }

  async #write(document: SourceDocument, known: KnownVersion | undefined): Promise<void> {
    const { body } = document;
    const { signal } = this.#options;
    this.#parts.logger.debug('sync.item.reading', { documentId: document.id });
    const bytes = body.type === 'content' ? await body.read(signal) : undefined;
    const head = headOf(document);
    const bodyHash = document.contentHash ?? contentHash(bytes ?? Buffer.from(JSON.stringify(body)));
    const hash = titledHash(bodyHash, head.title);
    if (known?.contentHash === hash && !this.#options.full) return this.#writer.retell(head);
    if (this.#options.dryRun) return this.#writer.count('written');
    const input =
      body.type === 'content'
        ? {
            fileName: body.fileName,
            bytes: bytes ?? new Uint8Array(),
            ...(body.mediaType && { mediaType: body.mediaType }),
          }
        : { blocks: body.blocks };
    this.#parts.logger.debug('sync.item.parsing', { documentId: document.id });
    const prepared = await this.#parts.documents.prepare(input, signal);
    const write = toWrite(head, prepared, hash);
    this.#writer.upsert(write);
    await this.#replaceChildren(document, children(write.document, prepared), known !== undefined);
  }

  /** Files inside a document come and go with it. */
  async #replaceChildren(
    document: SourceDocument,
    inside: readonly SourceDocument[],
    wasThere: boolean,
  ): Promise<void> {
    const kept = new Set(inside.map(({ id }) => id));
    if (wasThere)
      for (const id of await this.#childrenOf(document.id)) if (!kept.has(id)) this.#writer.remove(id);
    for (const child of inside) await this.#upsert(child, undefined);
  }

  async #childrenOf(id: DocumentId): Promise<DocumentId[]> {
    const ids = await this.#parts.store.catalog.listIds(this.#connector.id, `${id}!`, 1_000);
    return ids.filter((each) => parentOf(each) === id);
  }

  async #acl(id: DocumentId, acl: Acl, known: KnownVersion | undefined): Promise<void> {
    if (!known)
      return this.#fail(id, new AppError('DOCUMENT_NOT_FOUND', 'not-found', `${id} is not indexed`));
    for (const each of [id, ...(await this.#childrenOf(id))]) this.#writer.acl(each, acl);
    this.#budget.succeeded();
  }

  /** One that goes while it is read is gone; very many are a source in trouble, whose answers mean nothing. */
  async #lose(id: DocumentId, wasIndexed: boolean): Promise<void> {
    if (wasIndexed && !this.#options.allowRemovals)
      guardRemovals(this.#connector.id, ++this.#lost, this.#indexed, this.#parts.limits);
    await this.#remove(id);
  }

  async #remove(id: DocumentId): Promise<void> {
    const parts = await partsOf(this.#connector, this.#parts.store.catalog, id);
    for (const each of [id, ...(await this.#childrenOf(id)), ...parts]) this.#writer.remove(each);
  }

  #fail(id: DocumentId, error: AppError): void {
    this.#parts.logger.debug('sync.item.failed', { documentId: id, code: error.code });
    this.#writer.fail(id, error);
    this.#budget.failed(error.publicMessage);
  }

  async #removeGone(): Promise<void> {
    if (this.#connector.removals !== 'by-listing' || !this.#connector.listIds) return;
    this.#tell('census');
    const { store, limits } = this.#parts;
    const { gone, unread, indexed } = await findRemoved(this.#connector, store.catalog, this.#options.signal);
    if (!this.#options.allowRemovals) guardRemovals(this.#connector.id, gone.length, indexed, limits);
    // A dry run has just counted them: nothing that it reads is indexed afterwards.
    if (!this.#options.dryRun) await this.#readUnread(unread);
    this.#tell('removing');
    for (let at = 0; at < gone.length; at += limits.commitDocuments) {
      this.#options.signal.throwIfAborted();
      for (const id of gone.slice(at, at + limits.commitDocuments)) this.#writer.remove(id);
      await this.#writer.flush();
    }
  }

  async #notYetDue(): Promise<Map<DocumentId, string>> {
    const { store, now, limits } = this.#parts;
    const letters = await store.catalog.deadLetters(this.#connector.id, MAX_LETTERS);
    const isWaiting = ({ lastAt, attempts }: { lastAt: string; attempts: number }) =>
      now() - Date.parse(lastAt) < Math.min(MAX_RETRY_MS, limits.retryAfterMs * 2 ** (attempts - 1));
    return new Map(letters.filter(isWaiting).map(({ documentId, lastAt }) => [documentId, lastAt]));
  }

  async #indexedBefore(): Promise<number | undefined> {
    const sources = await this.#parts.store.catalog.sources();
    const { documents = 0, deadLetters = 0 } = sources.find(({ id }) => id === this.#connector.id) ?? {};
    this.#indexed = documents;
    return documents + deadLetters || undefined;
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  #tell(phase: SyncProgress['phase']): void {
    this.#progressed();
    if (phase !== this.#phase)
      this.#parts.logger.debug('sync.phase', { sourceId: this.#connector.id, phase });
    this.#phase = phase;
    this.#options.onProgress?.({
      phase,
      counters: this.counters,
      elapsedMs: this.#elapsedMs(),
      ...(this.#expected !== undefined && { expected: this.#expected }),
    });
  }
}
