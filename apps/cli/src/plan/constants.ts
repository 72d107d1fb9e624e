/** Where a number comes from: a result in test/results, a published measurement of an engine, or a judgement of ours. */
export interface Origin {
  readonly from: string;
  readonly kind: 'measured' | 'judged';
}

/** A straight line over thousands of something: `fixed + each × thousands`. */
export interface Line extends Origin {
  readonly fixed: number;
  readonly perThousand: number;
}

export interface Constant extends Origin {
  readonly value: number;
}

const SEARCH = 'test/results/bench-search.json';
const QDRANT =
  'a Qdrant 1.18.3 on loopback, 2 cores, 100,000 and 500,000 chunks of 384 dimensions, 149 terms each';

/** One file, hybrid search of a caller who may read everything, by chunks. */
export const EMBEDDED = {
  diskBytes: { fixed: 1_800_000, perThousand: 878_000, kind: 'measured', from: `${SEARCH}: bytesPerChunk` },
  searchP50Ms: {
    fixed: 1.55,
    perThousand: 0.0248,
    kind: 'measured',
    from: `${SEARCH}: hybrid.p50, sel100pct`,
  },
  searchP95Ms: {
    fixed: 2.0,
    perThousand: 0.0384,
    kind: 'measured',
    from: `${SEARCH}: hybrid.p95, sel100pct`,
  },
  /** MB = base + growth × √(millions of chunks). */
  rssBaseMb: { value: 48, kind: 'measured', from: `${SEARCH}: anonymousRss` },
  rssGrowthMb: { value: 160, kind: 'measured', from: `${SEARCH}: anonymousRss` },
  loadChunksPerSecond: { value: 4_520, kind: 'measured', from: `${SEARCH}: index.bulk.1m` },
  mostChunks: { value: 1_000_000, kind: 'judged', from: `the largest size in ${SEARCH}` },
} as const satisfies Record<string, Line | Constant>;

/** The index server, by chunks; the vector's own bytes come on top. */
export const INDEX = {
  memoryBytesPerChunk: {
    value: 2_316,
    kind: 'measured',
    from: `${QDRANT}: 1.2 to 1.5 GB anonymous at 500,000`,
  },
  memoryBytesPerDimension: { value: 1, kind: 'measured', from: `${QDRANT}: int8 kept in memory` },
  diskBytesPerChunk: { value: 2_480, kind: 'measured', from: `${QDRANT}: 2.2 GB on disk at 500,000` },
  diskBytesPerDimension: { value: 5, kind: 'measured', from: `${QDRANT}: floats and int8` },
  searchP50Ms: {
    fixed: 2.0,
    perThousand: 0.004,
    kind: 'measured',
    from: `${QDRANT}: hybrid without a filter`,
  },
  filterMs: {
    fixed: 0.8,
    perThousand: 0.9,
    kind: 'measured',
    from: `${QDRANT}: batch of two, 200 to 99,900 reader ids`,
  },
  loadChunksPerSecond: { value: 2_010, kind: 'measured', from: `${QDRANT}: batches of 1 MB, two at a time` },
  coresOfThat: { value: 2, kind: 'measured', from: QDRANT },
  memoryOfANodeBytes: { value: 64e9, kind: 'judged', from: 'a common size of host' },
  headroom: { value: 1.5, kind: 'judged', from: 'optimiser, rebuilding beside and growth' },
} as const satisfies Record<string, Line | Constant>;

export const CATALOG = {
  textBytesPerChunk: {
    value: 860,
    kind: 'measured',
    from: 'English of 237 tokens: 1,720 B, halved by compression',
  },
  rowBytesPerDocument: { value: 2_000, kind: 'judged', from: 'row, indexes and readers of a document' },
  rowBytesPerPerson: { value: 4_000, kind: 'judged', from: 'accounts and memberships of a person' },
} as const satisfies Record<string, Constant>;

export const EMBEDDING = {
  tokensPerChunk: { value: 237, kind: 'measured', from: 'chunks of manual pages and package docs' },
  'local-wasm': { value: 7, kind: 'measured', from: 'all-MiniLM-L6-v2 int8, chunks a second and core' },
  'local-native': { value: 25, kind: 'measured', from: 'the same with onnxruntime-node: 20 to 30' },
} as const satisfies Record<string, Constant>;

/** What a person asks, and when. */
export const DEMAND = {
  questionsPerPersonAndDay: { value: 5, kind: 'judged', from: 'people and their assistants together' },
  hoursOfADay: { value: 8, kind: 'judged', from: 'one time zone; more zones flatten the peak' },
  peak: { value: 5, kind: 'judged', from: 'the busiest minute against the mean of the day' },
  busyShare: { value: 0.5, kind: 'judged', from: 'cores are half busy at the peak' },
} as const satisfies Record<string, Constant>;

const LOAD = 'test/results/load.json';

export const SERVER = {
  requestCpuMs: {
    value: 11.4,
    kind: 'measured',
    from: `${LOAD}: load.cpu of both servers, sign-in, rights and audit included`,
  },
  catalogCpuMs: { value: 3.6, kind: 'measured', from: `${LOAD}: load.cpu.catalog` },
  memoryBytes: { value: 500e6, kind: 'judged', from: 'a server under load, with room for large answers' },
  mostCoresOfAHost: { value: 16, kind: 'judged', from: 'a common size of host' },
  chunksOfAWorker: { value: 20_000_000, kind: 'judged', from: 'sources that change by a hundredth a day' },
  cachedShare: { value: 0.25, kind: 'judged', from: 'rows that a day touches stay in memory' },
} as const satisfies Record<string, Constant>;
