import { AppError } from '@fumikura/errors';
import type { DocumentId, Fingerprint } from '@fumikura/model';
import type {
  AccessFilter,
  ConfirmedOf,
  Damage,
  DocumentWrite,
  IndexBatch,
  IndexedVersion,
  IndexStats,
  Matching,
  MatchRequest,
  SearchAnswer,
  SearchRequest,
  Settlement,
  VersionedDocument,
  VersionVectors,
  VersionedIndex,
} from '@fumikura/ports';
import { checkVector } from './check-vectors.ts';
import { createCall } from './client.ts';
import type { Call, ClientOptions } from './client.ts';
import { countPoints, damagesAmong, heldVersions, joined } from './held-versions.ts';
import { LiveAlias } from './live.ts';
import { Questions } from './questions.ts';
import { setAcls } from './readers.ts';
import { bindModel, unbindModel } from './remodel.ts';
import { openCollection, setShape } from './schema.ts';
import type { Layout, LiveCollection } from './schema.ts';
import { averagesOf } from './terms.ts';
import type { Averages } from './terms.ts';
import { Turns } from './turns.ts';
import { heldOf, statsOf } from './upkeep.ts';
import { putVectors } from './vectors.ts';
import { createWriter } from './making/writer.ts';
import { readVectors, settleAll, writeVersions } from './writing.ts';
import type { Target } from './writing.ts';

export interface QdrantIndexOptions extends ClientOptions, Layout {
  /** Alias that leads to the collection; small letters, digits, `_` and `-`. Default `fumikura`. */
  readonly name?: string;
  /** For a collection that is made anew: average lengths of its texts, which its scores are relative to for good. */
  readonly averages?: Averages;
  /** Points are made in a thread beside: where many are, as fast as they are taken. Costs about 40 MB; default false. */
  readonly makesApart?: boolean;
  /** Chunks that get other readers in one request; default 1,000, which take the server about a second. */
  readonly changedAtOnce?: number;
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
  readonly #live: LiveAlias;
  readonly #turns = new Turns();
  readonly #questions: Questions;
  readonly #writer: ReturnType<typeof createWriter>;
  readonly #changedAtOnce: number | undefined;
  #collisions = 0;

  constructor(call: Call, alias: string, options: QdrantIndexOptions, live: LiveCollection) {
    this.#call = call;
    this.#alias = alias;
    this.#layout = options;
    this.#changedAtOnce = options.changedAtOnce;
    this.#live = new LiveAlias(call, alias, live);
    this.#questions = new Questions(call, this.#live, this.#turns);
    this.#writer = createWriter(options.makesApart ?? false);
  }

  write({ upserts = [], acls = [], removals = [] }: IndexBatch): Promise<void> {
    return this.#turns.alone(async () => {
      const documents = [...new Map(upserts.map((each) => [each.documentId, each])).values()];
      const version = this.#turns.next();
      const target = await this.#target();
      for (const { chunks } of documents) this.#check(chunks.flatMap(({ vector }) => vector ?? []));
      this.#collisions += await writeVersions(
        target,
        documents.map((document) => ({ version, document })),
        this.#writer,
      );
      const gone = removals.filter((id) => !documents.some(({ documentId }) => documentId === id));
      const settlements = [
        ...documents.map(({ documentId }) => ({ documentId, note: 0, below: version })),
        ...gone.map((documentId) => ({ documentId, note: 0, below: version })),
      ];
      await settleAll(target, settlements, this.#changedAtOnce);
      const aclVersion = this.#turns.next();
      await setAcls(
        target,
        acls.map(({ documentId, aclId }) => ({ documentId, confirmed: { aclId, aclVersion } })),
        this.#changedAtOnce,
      );
    });
  }

  async validate(documents: readonly { readonly vectors?: readonly Float32Array[] }[]): Promise<void> {
    this.#turns.requireOpen();
    const vectors = documents.flatMap(({ vectors: own }) => own ?? []);
    if (vectors.length === 0) return;
    await this.#live.refresh();
    this.#check(vectors);
  }

  /** Each writes points of its own alone: one goes on while another one waits for its last answers. */
  stage(writes: readonly VersionedDocument[]): Promise<void> {
    return this.#turns.together(async () => {
      if (writes.length === 0) return;
      const target = await this.#target();
      for (const { document } of writes) this.#check(document.chunks.flatMap(({ vector }) => vector ?? []));
      this.#collisions += await writeVersions(target, writes, this.#writer);
    });
  }

  async settle(settlements: readonly Settlement[]): Promise<void> {
    this.#turns.requireOpen();
    if (settlements.length === 0) return;
    await this.#turns.alone(async () => settleAll(await this.#target(), settlements, this.#changedAtOnce));
  }

  search(request: SearchRequest, access: AccessFilter, signal: AbortSignal): Promise<SearchAnswer> {
    return this.#questions.search(request, access, undefined, signal);
  }

  searchConfirmed(
    request: SearchRequest,
    access: AccessFilter,
    confirmed: ConfirmedOf,
    signal: AbortSignal,
  ): Promise<SearchAnswer> {
    return this.#questions.search(request, access, confirmed, signal);
  }

  rarity(terms: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
    return this.#questions.rarity(terms, signal);
  }

  matching(
    request: MatchRequest,
    access: AccessFilter,
    confirmed: ConfirmedOf,
    signal: AbortSignal,
  ): Promise<Matching> {
    return this.#questions.matching(request, access, confirmed, signal);
  }

  async stats(): Promise<IndexStats> {
    this.#turns.requireOpen();
    return statsOf(this.#call, await this.#live.refresh(), this.#collisions);
  }

  useFingerprint(fingerprint: Fingerprint): Promise<void> {
    return this.#turns.alone(async () => {
      await bindModel(await this.#remodelled(), fingerprint);
      await this.#live.refresh();
    });
  }

  rebind(fingerprint: Fingerprint): Promise<void> {
    return this.#turns
      .alone(async () => unbindModel(await this.#remodelled(), fingerprint))
      .then(() => this.useFingerprint(fingerprint));
  }

  putVectors(documents: readonly VersionVectors[]): Promise<ReadonlySet<DocumentId>> {
    return this.#turns.alone(async () => {
      const target = await this.#target();
      for (const { vectors } of documents) this.#check(vectors.filter((each) => each !== undefined));
      return putVectors(target, documents);
    });
  }

  /** The server's own optimiser does the upkeep. */
  async maintain(): Promise<void> {
    this.#turns.requireOpen();
  }

  check(signal: AbortSignal): Promise<readonly Damage[]> {
    return damagesAmong(this.versions(signal));
  }

  async *versions(signal: AbortSignal): AsyncGenerator<readonly IndexedVersion[]> {
    const { name } = await this.#live.refresh();
    for await (const page of heldVersions(this.#call, name, [], signal)) {
      this.#turns.requireOpen();
      yield joined(page);
    }
  }

  async held(ids: readonly DocumentId[]): Promise<readonly IndexedVersion[]> {
    return ids.length === 0 ? [] : heldOf(this.#call, await this.#live.refresh(), ids);
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
    await this.#live.refresh();
  }

  calibrate(sample: readonly DocumentWrite[]): Promise<void> {
    return this.#turns.alone(async () => {
      const { name, shape } = await this.#live.refresh();
      if (sample.length === 0 || (await countPoints(this.#call, name, [])) > 0) return;
      await setShape(this.#call, name, { ...shape, averages: averagesOf(sample) });
      await this.#live.refresh();
    });
  }

  async close(): Promise<void> {
    await this.#turns.close();
    await this.#writer.close();
  }

  /** @throws AppError VECTOR_INVALID (invalid-input) */
  #check(vectors: readonly Float32Array[]): void {
    for (const vector of vectors) checkVector(vector, this.#live.known.shape.fingerprint);
  }

  async #target(): Promise<Target> {
    const { name, shape } = await this.#live.refresh();
    return {
      call: this.#call,
      collection: name,
      averages: shape.averages,
      hasVectors: shape.fingerprint !== undefined,
    };
  }

  async #remodelled() {
    const live = await this.#live.refresh();
    return { call: this.#call, alias: this.#alias, layout: this.#layout, live };
  }
}
