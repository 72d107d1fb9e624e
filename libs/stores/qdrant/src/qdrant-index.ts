import { AppError, toAppError } from '@fumikura/errors';
import type { DocumentId, Fingerprint } from '@fumikura/model';
import { readGrant } from '@fumikura/ports';
import type {
  AccessFilter,
  AccessGrant,
  ConfirmedOf,
  Damage,
  DocumentWrite,
  IndexBatch,
  IndexedVersion,
  IndexStats,
  SearchAnswer,
  SearchRequest,
  Settlement,
  VersionedDocument,
  VersionVectors,
  VersionedIndex,
} from '@fumikura/ports';
import { TOKENISER_VERSION } from '@fumikura/text';
import type { Schemas } from '@qdrant/js-client-rest';
import { checkVector, isSame, requireFingerprint } from './check-vectors.ts';
import { createCall } from './client.ts';
import type { Call, ClientOptions } from './client.ts';
import { among, equals } from './filter.ts';
import type { Condition } from './filter.ts';
import type { Point } from './points.ts';
import {
  collectionName,
  createCollection,
  liveCollection,
  openCollection,
  pointAlias,
  setShape,
  shapeOf,
} from './schema.ts';
import type { Layout, LiveCollection } from './schema.ts';
import { searchPoints, untilAborted } from './search.ts';
import { averagesOf } from './terms.ts';
import type { Averages } from './terms.ts';
import { putVectors } from './vectors.ts';
import { readVectors, requireCompleted, setAcls, settleAll, writePoints, writeVersions } from './writing.ts';
import type { Target } from './writing.ts';

export interface QdrantIndexOptions extends ClientOptions, Layout {
  /** Alias that leads to the collection; small letters, digits, `_` and `-`. Default `fumikura`. */
  readonly name?: string;
  /** For a collection that is made anew: average lengths of its texts, which its scores are relative to for good. */
  readonly averages?: Averages;
}

export interface QdrantIndex extends VersionedIndex {
  close(): Promise<void>;
}

/** Of the judged collections and of wikis; a text twice as long loses about as much as under its own average. */
export const DEFAULT_AVERAGES: Averages = {
  chunk: { words: 180, bigrams: 220 },
  document: { words: 450, bigrams: 550 },
  title: { words: 6, bigrams: 10 },
};

const NAME = /^[a-z0-9_-]{1,100}$/;
/** Another process may lead the alias elsewhere; found out after so long at the latest, ms. */
const ALIAS_KEPT_MS = 1_000;
const PAGE = 1_000;

/** Chunks in Qdrant (1.15 or later): rejects as `SearchIndex` does, and with STORE_UNREACHABLE, STORE_REFUSED. */
export async function createQdrantIndex(options: QdrantIndexOptions): Promise<QdrantIndex> {
  const alias = options.name ?? 'fumikura';
  if (!NAME.test(alias))
    throw new AppError('CONFIG_INVALID', 'config', `index name ${alias}`, {
      publicMessage: `"${alias}" cannot name an index: use up to 100 small letters, digits, "_" and "-".`,
    });
  const call = createCall(options);
  const live = await openCollection(call, alias, options.averages ?? DEFAULT_AVERAGES, options);
  return new Qdrant(call, alias, options, live);
}

class Qdrant implements QdrantIndex {
  readonly #call: Call;
  readonly #alias: string;
  readonly #layout: Layout;
  #live: LiveCollection;
  #readAt = Date.now();
  #last = 0;
  #isClosed = false;
  /** Writes of this process come one after another. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(call: Call, alias: string, layout: Layout, live: LiveCollection) {
    this.#call = call;
    this.#alias = alias;
    this.#layout = layout;
    this.#live = live;
  }

  /** Versions are numbers of the clock: used alone by several processes, their clocks decide who was last. */
  write({ upserts = [], acls = [], removals = [] }: IndexBatch): Promise<void> {
    return this.#alone(async () => {
      const documents = [...new Map(upserts.map((each) => [each.documentId, each])).values()];
      const version = this.#next();
      const target = await this.#target();
      for (const { chunks } of documents) this.#check(chunks.flatMap(({ vector }) => vector ?? []));
      await writeVersions(
        target,
        documents.map((document) => ({ version, document })),
      );
      const gone = removals.filter((id) => !documents.some(({ documentId }) => documentId === id));
      const settlements = [
        ...documents.map(({ documentId }) => ({ documentId, note: 0, below: version })),
        ...gone.map((documentId) => ({ documentId, note: 0, below: version })),
      ];
      await settleAll(target, settlements);
      const aclVersion = this.#next();
      await setAcls(
        target,
        acls.map(({ documentId, aclId }) => ({ documentId, confirmed: { aclId, aclVersion } })),
      );
    });
  }

  async validate(documents: readonly { readonly vectors?: readonly Float32Array[] }[]): Promise<void> {
    this.#requireOpen();
    const vectors = documents.flatMap(({ vectors: own }) => own ?? []);
    if (vectors.length === 0) return;
    await this.#refresh();
    this.#check(vectors);
  }

  stage(writes: readonly VersionedDocument[]): Promise<void> {
    return this.#alone(async () => {
      if (writes.length === 0) return;
      const target = await this.#target();
      for (const { document } of writes) this.#check(document.chunks.flatMap(({ vector }) => vector ?? []));
      await writeVersions(target, writes);
    });
  }

  settle(settlements: readonly Settlement[]): Promise<void> {
    return this.#alone(async () => {
      if (settlements.length > 0) await settleAll(await this.#target(), settlements);
    });
  }

  search(request: SearchRequest, access: AccessFilter, signal: AbortSignal): Promise<SearchAnswer> {
    return this.#search(request, access, undefined, signal);
  }

  searchConfirmed(
    request: SearchRequest,
    access: AccessFilter,
    confirmed: ConfirmedOf,
    signal: AbortSignal,
  ): Promise<SearchAnswer> {
    return this.#search(request, access, confirmed, signal);
  }

  async stats(): Promise<IndexStats> {
    this.#requireOpen();
    await this.#refresh();
    const [documents, chunks] = await Promise.all([this.#count([equals('ord', 0)]), this.#count([])]);
    const { fingerprint } = this.#live.shape;
    return {
      documents,
      chunks,
      deadSlots: 0,
      pendingChunks: 0,
      tokeniserVersion: TOKENISER_VERSION,
      icuVersion: process.versions['icu'] ?? '',
      ...(fingerprint && { fingerprint }),
    };
  }

  /** An index without vectors is made anew beside for another dimension, and the alias is led there. */
  useFingerprint(fingerprint: Fingerprint): Promise<void> {
    return this.#alone(async () => {
      const { name, shape } = await this.#refresh();
      if (shape.fingerprint && isSame(shape.fingerprint, fingerprint)) return;
      if (shape.fingerprint && (await this.#count([{ has_vector: 'dense' }])) > 0)
        requireFingerprint(shape.fingerprint, fingerprint);
      const wanted = shapeOf(shape.averages, fingerprint);
      if (shape.fingerprint?.dimension === fingerprint.dimension) {
        await setShape(this.#call, name, wanted);
      } else {
        const generation = Number(/_(\d+)$/.exec(name)?.[1] ?? 0) + 1;
        const made = collectionName(this.#alias, fingerprint, generation);
        await createCollection(this.#call, made, wanted, this.#layout);
        await this.#copyTo(made);
        await pointAlias(this.#call, this.#alias, made);
        await this.#call((client) => client.deleteCollection(name));
      }
      await this.#refresh();
    });
  }

  rebind(fingerprint: Fingerprint): Promise<void> {
    return this.#alone(async () => {
      const { name, shape } = await this.#refresh();
      const { fingerprint: bound } = shape;
      if (!bound || isSame(bound, fingerprint)) return;
      // Named first: from here on nobody compares with the vectors that are about to go.
      if (bound.dimension === fingerprint.dimension)
        await setShape(this.#call, name, shapeOf(shape.averages, fingerprint));
      await this.#dropVectors(name);
    }).then(() => this.useFingerprint(fingerprint));
  }

  putVectors(documents: readonly VersionVectors[]): Promise<ReadonlySet<DocumentId>> {
    return this.#alone(async () => {
      const target = await this.#target();
      for (const { vectors } of documents) this.#check(vectors.filter((each) => each !== undefined));
      return putVectors(target, documents);
    });
  }

  /** The server's own optimiser does the upkeep. */
  async maintain(): Promise<void> {
    this.#requireOpen();
  }

  /** Memory: one entry a document. */
  async check(signal: AbortSignal): Promise<readonly Damage[]> {
    const seen = new Map<DocumentId, Map<number, { chunks: number; stated: number }>>();
    for await (const page of this.versions(signal)) {
      for (const { documentId, version, chunks, stated } of page) {
        const versions = seen.get(documentId) ?? new Map<number, { chunks: number; stated: number }>();
        const known = versions.get(version) ?? { chunks: 0, stated };
        seen.set(documentId, versions.set(version, { chunks: known.chunks + chunks, stated }));
      }
    }
    const remedy = 'Run "fumi index check --repair".';
    return [...seen].flatMap(([id, versions]): Damage[] => [
      ...(versions.size > 1 ? [{ what: `${id} is there in ${versions.size} versions`, remedy }] : []),
      ...[...versions.values()]
        .filter(({ chunks, stated }) => chunks !== stated)
        .map(({ chunks, stated }) => ({ what: `${id} has ${chunks} chunks instead of ${stated}`, remedy })),
    ]);
  }

  async *versions(signal: AbortSignal): AsyncGenerator<readonly IndexedVersion[]> {
    const { name } = await this.#refresh();
    let offset: string | number | undefined;
    do {
      this.#requireOpen();
      const page = await this.#page(name, [], offset, signal);
      yield byVersion(page.points);
      offset = (page.next_page_offset as string | number | null | undefined) ?? undefined;
    } while (offset !== undefined);
  }

  async vectorsOf(
    documents: readonly {
      readonly documentId: DocumentId;
      readonly version: number;
      readonly chunks: number;
    }[],
  ): Promise<ReadonlyMap<DocumentId, readonly (Float32Array | undefined)[]>> {
    return readVectors(await this.#target(), documents);
  }

  async reach(): Promise<void> {
    await this.#refresh();
  }

  calibrate(sample: readonly DocumentWrite[]): Promise<void> {
    return this.#alone(async () => {
      const { name, shape } = await this.#refresh();
      if (sample.length === 0 || (await this.#count([])) > 0) return;
      await setShape(this.#call, name, { ...shape, averages: averagesOf(sample) });
      await this.#refresh();
    });
  }

  async held(ids: readonly DocumentId[]): Promise<readonly IndexedVersion[]> {
    const condition = among('doc', ids);
    if (!condition) return [];
    const { name } = await this.#refresh();
    const points: Schemas['Record'][] = [];
    let offset: string | number | undefined;
    do {
      const page = await this.#page(name, [condition], offset, new AbortController().signal);
      points.push(...page.points);
      offset = (page.next_page_offset as string | number | null | undefined) ?? undefined;
    } while (offset !== undefined);
    return byVersion(points);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
  }

  async #search(
    request: SearchRequest,
    access: AccessFilter,
    confirmed: ConfirmedOf | undefined,
    signal: AbortSignal,
  ): Promise<SearchAnswer> {
    this.#requireOpen();
    if (signal.aborted) throw toAppError(new DOMException('aborted', 'AbortError'));
    const grant = granted(access);
    const { name, shape } = await this.#current();
    if (request.dense) await this.#checkAsked(request.dense, shape.fingerprint);
    const isWithVectors = request.dense !== undefined && shape.fingerprint !== undefined;
    const { dense: _, ...words } = request;
    const asked = isWithVectors ? request : words;
    const candidates = await searchPoints(this.#call, name, asked, grant, confirmed, signal);
    return { candidates, indexVersion: this.#last };
  }

  /** An index without any vector answers by nothing, whatever model is asked for. */
  async #checkAsked(
    { vector, fingerprint }: NonNullable<SearchRequest['dense']>,
    bound: Fingerprint | undefined,
  ) {
    if (!bound) return;
    if (!isSame(bound, fingerprint)) requireFingerprint(bound, fingerprint);
    checkVector(vector, bound);
  }

  /** @throws AppError VECTOR_INVALID (invalid-input) */
  #check(vectors: readonly Float32Array[]): void {
    for (const vector of vectors) checkVector(vector, this.#live.shape.fingerprint);
  }

  async #target(): Promise<Target> {
    const { name, shape } = await this.#refresh();
    return {
      call: this.#call,
      collection: name,
      averages: shape.averages,
      hasVectors: shape.fingerprint !== undefined,
    };
  }

  /** For reads: the alias was looked up a moment ago. */
  #current(): Promise<LiveCollection> | LiveCollection {
    return Date.now() - this.#readAt < ALIAS_KEPT_MS ? this.#live : this.#refresh();
  }

  async #refresh(): Promise<LiveCollection> {
    this.#live = (await liveCollection(this.#call, this.#alias)) ?? this.#gone();
    this.#readAt = Date.now();
    return this.#live;
  }

  #gone(): never {
    throw new AppError('STORE_DAMAGED', 'config', `the alias ${this.#alias} is gone`, {
      publicMessage: `The search index "${this.#alias}" is gone. Rebuild it: fumi index rebuild.`,
    });
  }

  async #count(must: readonly Condition[]): Promise<number> {
    const [first, ...rest] = must;
    const filter = first && { filter: { must: [first, ...rest] } as unknown as Schemas['Filter'] };
    return (await this.#call((client) => client.count(this.#live.name, { exact: true, ...filter }))).count;
  }

  #page(name: string, must: readonly Condition[], offset: string | number | undefined, signal: AbortSignal) {
    return untilAborted(
      this.#call((client) =>
        client.scroll(name, {
          limit: PAGE,
          with_payload: ['doc', 'ver', 'acl_id', 'acl_ver', 'chunks'],
          with_vector: false,
          ...(must.length > 0 && { filter: { must } as unknown as Schemas['Filter'] }),
          ...(offset !== undefined && { offset }),
        }),
      ),
      signal,
    );
  }

  async #dropVectors(collection: string): Promise<void> {
    const filter = { must: [{ has_vector: 'dense' }] } as unknown as Schemas['Filter'];
    const done = await this.#call((client) =>
      client.deleteVectors(collection, { wait: true, filter, vector: ['dense'] }),
    );
    requireCompleted(done);
  }

  async #copyTo(collection: string): Promise<void> {
    let offset: string | number | undefined;
    do {
      const from = offset;
      const page = await this.#call((client) =>
        client.scroll(this.#live.name, {
          limit: 200,
          with_payload: true,
          with_vector: true,
          ...(from !== undefined && { offset: from }),
        }),
      );
      const points = page.points.map(
        ({ id, payload, vector }) => ({ id, payload, vector }) as unknown as Point,
      );
      if (points.length > 0) await writePoints({ call: this.#call, collection }, points);
      offset = (page.next_page_offset as string | number | null | undefined) ?? undefined;
    } while (offset !== undefined);
  }

  #next(): number {
    this.#last = Math.max(this.#last + 1, Date.now() * 1_000);
    return this.#last;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#requireOpen();
    const turn = this.#writing.then(work, work);
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  #requireOpen(): void {
    if (this.#isClosed)
      throw new AppError('STORE_CLOSED', 'internal', 'the index was closed', {
        publicMessage: 'The search index was closed.',
      });
  }
}

function byVersion(points: readonly Pick<Schemas['Record'], 'payload'>[]): IndexedVersion[] {
  const versions = new Map<string, IndexedVersion>();
  for (const { payload } of points) {
    const { doc, ver, acl_id: aclId, acl_ver: aclVersion, chunks } = (payload ?? {}) as Record<string, never>;
    const key = JSON.stringify([doc, ver]);
    const known = versions.get(key);
    versions.set(key, {
      documentId: doc ?? '',
      version: ver ?? -1,
      // The oldest of its chunks: a change that reached only some of them is done again.
      aclId: known && known.aclVersion < (aclVersion ?? -1) ? known.aclId : (aclId ?? -1),
      aclVersion: Math.min(known?.aclVersion ?? Number.MAX_SAFE_INTEGER, aclVersion ?? -1),
      chunks: (known?.chunks ?? 0) + 1,
      stated: chunks ?? 0,
    });
  }
  return [...versions.values()];
}

/** @throws AppError ACCESS_FILTER_INVALID (internal) for anything that `access` did not make */
function granted(filter: AccessFilter): AccessGrant {
  const grant = readGrant(filter);
  if (grant) return grant;
  throw new AppError('ACCESS_FILTER_INVALID', 'internal', 'an access filter that access did not make');
}
