import { ahead } from '@fumikura/concurrency';
import type { DocumentId, JsonValue } from '@fumikura/model';
import { PASSES } from '@fumikura/ports';
import type { Change, Connector, Lease, SyncBatch } from '@fumikura/ports';
import { readAccess } from './access-run.ts';
import { AskedPasses } from './asked-passes.ts';
import { ErrorBudget } from './budget.ts';
import { findRemoved, guardRemovals } from './census.ts';
import { ChangeTaker } from './change-taker.ts';
import { Contents } from './contents.ts';
import { readDirectory } from './directory-run.ts';
import type { IngestParts } from './ingest.ts';
import { partsOf } from './parts.ts';
import { ReadAhead } from './read-ahead.ts';
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
  readonly #taker: ChangeTaker;
  readonly #progressed: () => void;
  readonly #startedAt = performance.now();
  readonly #contents = new Contents();
  readonly #asked: AskedPasses;
  /** Read again since the content is being pulled. */
  readonly #refreshed = new Set<DocumentId>();
  #phase: SyncProgress['phase'] | undefined;
  /** Items in all, as far as anybody knows: for the progress shown. */
  #expected: number | undefined;

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
    this.#taker = new ChangeTaker({
      ...parts,
      connector,
      writer: this.#writer,
      budget: this.#budget,
      contents: this.#contents,
      options,
      progressed: () => this.#tell('reading'),
    });
    this.#asked = new AskedPasses(parts, connector, options.dryRun ?? false);
    this.#progressed = progressed;
  }

  close(): Promise<void> {
    return this.#contents.close();
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
    if (passes.includes('directory') && !dryRun) await this.#readDirectory();
    this.#tell('done');
  }

  async #readDirectory(): Promise<void> {
    this.#tell('directory');
    await readDirectory(this.#parts.store, this.#connector, {
      signal: this.#options.signal,
      lease: this.#lease,
      progressed: () => this.#tell('directory'),
    });
  }

  /** Items that webhooks named. @returns whether there may be more */
  async #readRequested(): Promise<boolean> {
    if (!this.#connector.refresh || this.#options.dryRun) return false;
    const { catalog } = this.#parts.store;
    const wishes = await catalog.requested(this.#connector.id, REFRESHED_AT_ONCE);
    const items = wishes.flatMap((wish) => ('item' in wish ? [wish] : []));
    if (items.length === 0) return false;
    await this.#refresh(items.map(({ item }) => item));
    for (const { item } of items) this.#refreshed.add(this.#connector.partOf?.(item) ?? item);
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
      childrenOf: (id) => this.#taker.childrenOf(id),
      partsOf: (id) => partsOf(this.#connector, this.#parts.store.catalog, id),
      progressed: async () => {
        this.#tell('access');
        await this.#readRequested();
      },
    });
  }

  async #readContent(): Promise<void> {
    const { full } = this.#options;
    this.#tell('listing');
    this.#expected = await this.#indexedBefore();
    this.#taker.waiting = full || this.#options.retryFailed ? new Map() : await this.#notYetDue();
    let from = full ? undefined : await this.#parts.store.catalog.checkpoint(this.#connector.id);
    for (let isEnded = false; !isEnded;) ({ from, isEnded } = await this.#pull(from));
    await this.#writer.flush();
    await this.#readFailedAgain();
  }

  /**
   * To the end, or to where readers were asked for. Then they are read, and what was told of items before that is thrown
   * away: from the checkpoint on it is asked for again, so that nothing older than those readers comes after them.
   */
  async #pull(from: JsonValue | undefined): Promise<{ from: JsonValue | undefined; isEnded: boolean }> {
    const { signal } = this.#options;
    const contents = new ReadAhead(this.#contents, signal);
    this.#refreshed.clear();
    try {
      for await (const batch of ahead(this.#beingRead(from, contents))) {
        signal.throwIfAborted();
        this.#expected = batch.expectedItems ?? this.#expected;
        await this.#batch(batch, contents);
        this.#tell('reading');
        await this.#readRequested();
        const due = await this.#asked.due();
        if (due.has('directory')) await this.#asked.meet('directory', () => this.#readDirectory());
        if (!due.has('access')) continue;
        await this.#writer.flush();
        contents.stop();
        await this.#asked.meet('access', () => this.#readAccess());
        return { from: batch.checkpoint, isEnded: false };
      }
      return { from: undefined, isEnded: true };
    } finally {
      contents.stop();
    }
  }

  /** One batch is taken, the next one is read, the one after that is asked for. */
  async *#beingRead(from: JsonValue | undefined, contents: ReadAhead): AsyncGenerator<SyncBatch> {
    for await (const batch of ahead(this.#connector.pull(from, this.#options.signal))) {
      await this.#taker.readAhead(batch.changes, contents);
      yield batch;
    }
  }

  /** A source that tells only of changes would never tell again of an item that failed. */
  async #readFailedAgain(): Promise<void> {
    const { catalog } = this.#parts.store;
    if (!this.#connector.refresh) return;
    const letters = await catalog.deadLetters(this.#connector.id, MAX_LETTERS);
    const due = letters.filter(
      ({ documentId, lastAt }) =>
        !this.#taker.waiting.has(documentId) && Date.parse(lastAt) < this.#parts.now() - this.#elapsedMs(),
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
      for await (const changes of refresh(ids, this.#options.signal)) await this.#taker.takeNow(changes);
      await this.#writer.flush();
    }
  }

  async #batch({ changes, checkpoint }: SyncBatch, contents: ReadAhead): Promise<void> {
    // What it says of an item that was asked for meanwhile may be older than what is known by now.
    const again = new Set(
      this.#refreshed.size > 0 ? changes.flatMap((each) => this.#refreshedItem(each)) : [],
    );
    const isOlder = (change: Change) => this.#refreshedItem(change).some((item) => again.has(item));
    await this.#taker.take(again.size > 0 ? changes.filter((each) => !isOlder(each)) : changes, contents);
    await this.#refresh([...again]);
    await this.#writer.reached(checkpoint as JsonValue);
  }

  #refreshedItem(change: Change): readonly DocumentId[] {
    if (change.kind === 'list') return [];
    const id = change.kind === 'upsert' ? change.document.id : change.id;
    const item = this.#connector.partOf?.(id) ?? id;
    return this.#refreshed.has(item) ? [item] : [];
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
    this.#taker.indexed = documents;
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
