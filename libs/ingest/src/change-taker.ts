import { inLanes } from '@fumikura/concurrency';
import { AppError, toAppError } from '@fumikura/errors';
import { aclKey } from '@fumikura/model';
import type {
  Acl,
  AllowListId,
  ContentBody,
  DocumentHead,
  DocumentId,
  SourceDocument,
} from '@fumikura/model';
import type { Change, Connector, KnownVersion } from '@fumikura/ports';
import type { ErrorBudget } from './budget.ts';
import { guardRemovals } from './census.ts';
import { hashOf } from './contents.ts';
import type { Content, Contents } from './contents.ts';
import { children, headOf, inputOf, parentOf, titledHash, toWrite } from './documents.ts';
import type { IngestParts } from './ingest.ts';
import { partsGone, partsOf } from './parts.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { SyncOptions } from './types.ts';
import type { BatchWriter } from './writer.ts';

export interface ChangeTakerParts extends Pick<IngestParts, 'store' | 'limits' | 'logger' | 'documents'> {
  readonly connector: Connector;
  readonly writer: BatchWriter;
  readonly budget: ErrorBudget;
  readonly contents: Contents;
  readonly options: Pick<SyncOptions, 'signal' | 'full' | 'dryRun' | 'allowRemovals'>;
  /** After each change. */
  readonly progressed: () => void;
}

/** Takes what a connector tells: skips what is known, parses the rest, hands it to the writer. */
export class ChangeTaker {
  readonly #parts: ChangeTakerParts;
  readonly #connector: Connector;
  readonly #writer: BatchWriter;
  readonly #budget: ErrorBudget;
  readonly #options: ChangeTakerParts['options'];
  /** Lists told out of turn, and when they were read, ISO 8601 UTC. */
  readonly #newest = new Map<AllowListId, string>();
  /** Documents of the source when the run began. */
  indexed = 0;
  /** Indexed, told by the source, and gone when they were read. */
  #lost = 0;
  /** Failed before and not due yet: id → when it failed last. A change since then makes it due at once. */
  waiting: ReadonlyMap<DocumentId, string> = new Map();

  constructor(parts: ChangeTakerParts) {
    this.#parts = parts;
    this.#connector = parts.connector;
    this.#writer = parts.writer;
    this.#budget = parts.budget;
    this.#options = parts.options;
  }

  /** Begins to read what `take` will need of these. */
  async readAhead(changes: readonly Change[], contents: ReadAhead): Promise<void> {
    const known = await this.#known(changes);
    for (const change of changes) {
      if (change.kind !== 'upsert') continue;
      const { document } = change;
      if (this.#needsContent(document, known.get(document.id))) contents.start(document);
    }
  }

  /** What was just read, in the midst of what was read before and is taken later: its lists are the newer ones. */
  async takeNow(changes: readonly Change[]): Promise<void> {
    for (const change of changes)
      if (change.kind === 'list') this.#newest.set(change.list.id, change.list.readAt);
    await this.take(changes);
  }

  async take(changes: readonly Change[], contents?: ReadAhead): Promise<void> {
    const { catalog } = this.#parts.store;
    for (const change of changes)
      if (change.kind === 'list' && (this.#newest.get(change.list.id) ?? '') <= change.list.readAt)
        this.#writer.list(change.list);
    const known = await this.#known(changes);
    await inLanes(this.#parts.limits.concurrency, changes, (change) => this.#change(change, known, contents));
    for (const id of await partsGone(this.#connector, catalog, changes)) this.#writer.remove(id);
  }

  #known(changes: readonly Change[]): Promise<ReadonlyMap<DocumentId, KnownVersion>> {
    const ids = changes.flatMap((change) =>
      change.kind === 'upsert' ? [change.document.id] : change.kind === 'acl' ? [change.id] : [],
    );
    return this.#parts.store.catalog.known(ids);
  }

  async #change(
    change: Change,
    known: ReadonlyMap<DocumentId, KnownVersion>,
    contents: ReadAhead | undefined,
  ): Promise<void> {
    if (change.kind === 'list') return;
    this.#options.signal.throwIfAborted();
    this.#writer.count('read');
    switch (change.kind) {
      case 'upsert':
        await this.#upsert(change.document, known.get(change.document.id), contents);
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
    this.#parts.progressed();
  }

  async #upsert(
    document: SourceDocument,
    known: KnownVersion | undefined,
    contents?: ReadAhead,
  ): Promise<void> {
    const held = contents?.take(document);
    try {
      if (this.#isUnchanged(document, known)) {
        if (aclKey(known.acl) !== aclKey(document.acl))
          return await this.#acl(document.id, document.acl, known);
        this.#writer.count('unchanged');
        return this.#budget.succeeded();
      }
      if (this.#isWaiting(document, known)) return this.#writer.count('unchanged');
      await this.#read(document, known, held?.content);
    } finally {
      held?.release();
    }
  }

  #isUnchanged(document: SourceDocument, known: KnownVersion | undefined): known is KnownVersion {
    return !this.#options.full && known?.version === document.version;
  }

  #isWaiting({ id, updatedAt = '' }: SourceDocument, known: KnownVersion | undefined): boolean {
    const failedAt = this.waiting.get(id);
    return !known && failedAt !== undefined && updatedAt < failedAt;
  }

  /** What the source says the content is makes a download of the same needless. */
  #isSameContent(document: SourceDocument, known: KnownVersion | undefined): boolean {
    const { contentHash: stated } = document;
    if (this.#options.full || stated === undefined) return false;
    return known?.contentHash === titledHash(stated, headOf(document).title);
  }

  #needsContent(
    document: SourceDocument,
    known: KnownVersion | undefined,
  ): document is SourceDocument & { readonly body: ContentBody } {
    const isKnown = this.#isUnchanged(document, known) || this.#isSameContent(document, known);
    return document.body.type === 'content' && !isKnown && !this.#isWaiting(document, known);
  }

  async #read(
    document: SourceDocument,
    known: KnownVersion | undefined,
    content: (() => Promise<Content>) | undefined,
  ): Promise<void> {
    try {
      await this.#write(document, known, content);
      this.#budget.succeeded();
    } catch (error) {
      const reason = toAppError(error);
      // Not this item's: every other one would meet the same.
      const isOfSource = reason.kind === 'rate-limited' || reason.kind === 'auth';
      if (this.#options.signal.aborted || isOfSource) throw error;
      if (reason.kind === 'not-found') await this.#lose(document.id, known !== undefined);
      else this.#fail(document.id, reason);
    }
  }

  async #write(
    document: SourceDocument,
    known: KnownVersion | undefined,
    content: (() => Promise<Content>) | undefined,
  ): Promise<void> {
    const { body } = document;
    const { signal } = this.#options;
    const head = headOf(document);
    if (this.#isSameContent(document, known)) return this.#writer.retell(head);
    this.#parts.logger.debug('sync.item.reading', { documentId: document.id });
    const read =
      body.type === 'content' ? await (content?.() ?? this.#parts.contents.read(body, signal)) : undefined;
    try {
      await this.#parse(document, head, known, read);
    } finally {
      if (read && !content) await this.#parts.contents.discard(read);
    }
  }

  async #parse(
    document: SourceDocument,
    head: DocumentHead,
    known: KnownVersion | undefined,
    content: Content | undefined,
  ): Promise<void> {
    const { body } = document;
    const { signal } = this.#options;
    const bodyHash =
      document.contentHash ?? (await hashOf(content ?? { bytes: Buffer.from(JSON.stringify(body)) }));
    const hash = titledHash(bodyHash, head.title);
    if (known?.contentHash === hash && !this.#options.full) return this.#writer.retell(head);
    if (this.#options.dryRun) return this.#writer.count('written');
    this.#parts.logger.debug('sync.item.parsing', { documentId: document.id });
    const prepared = await this.#parts.documents.prepare(inputOf(body, content), signal);
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
      for (const id of await this.childrenOf(document.id)) if (!kept.has(id)) this.#writer.remove(id);
    for (const child of inside) await this.#upsert(child, undefined);
  }

  async childrenOf(id: DocumentId): Promise<DocumentId[]> {
    const ids = await this.#parts.store.catalog.listIds(this.#connector.id, `${id}!`, 1_000);
    return ids.filter((each) => parentOf(each) === id);
  }

  async #acl(id: DocumentId, acl: Acl, known: KnownVersion | undefined): Promise<void> {
    if (!known)
      return this.#fail(id, new AppError('DOCUMENT_NOT_FOUND', 'not-found', `${id} is not indexed`));
    for (const each of [id, ...(await this.childrenOf(id))]) this.#writer.acl(each, acl);
    this.#budget.succeeded();
  }

  /** One that goes while it is read is gone; very many are a source in trouble, whose answers mean nothing. */
  async #lose(id: DocumentId, wasIndexed: boolean): Promise<void> {
    if (wasIndexed && !this.#options.allowRemovals)
      guardRemovals(this.#connector.id, ++this.#lost, this.indexed, this.#parts.limits);
    await this.#remove(id);
  }

  async #remove(id: DocumentId): Promise<void> {
    const parts = await partsOf(this.#connector, this.#parts.store.catalog, id);
    for (const each of [id, ...(await this.childrenOf(id)), ...parts]) this.#writer.remove(each);
  }

  #fail(id: DocumentId, error: AppError): void {
    this.#parts.logger.debug('sync.item.failed', { documentId: id, code: error.code });
    this.#writer.fail(id, error);
    this.#budget.failed(error.publicMessage);
  }
}
