import { CATALOG, DEMAND, EMBEDDED, EMBEDDING, INDEX, SERVER } from './constants.ts';
import type { Line } from './constants.ts';
import { amount } from './quantity.ts';

export type PlannedEmbedder = 'none' | 'local-wasm' | 'local-native' | 'openai';
export type Layout = 'one-process' | 'servers';

export interface PlanInput {
  readonly documents: number;
  readonly people: number;
  readonly chunksPerDocument: number;
  readonly embedder: PlannedEmbedder;
  readonly dimension: number;
  /** US dollars. */
  readonly pricePerMillionTokens: number;
  readonly questionsPerPersonAndDay: number;
  /** Distinct sets of readers that a person with much access may read. */
  readonly readerSets: number;
}

export interface Part {
  readonly name: string;
  readonly count: number;
  /** Of all of them together. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

export interface Plan {
  readonly layout: Layout;
  readonly reasons: readonly string[];
  readonly chunks: number;
  readonly questionsPerSecondAtPeak: number;
  readonly parts: readonly Part[];
  /** Of the engine alone, without network and sign-in. */
  readonly searchP50Ms: number;
  readonly firstLoadHours: number;
  readonly embedding: { readonly tokens: number; readonly usd: number; readonly coreHours: number };
}

const MB = 1e6;

export const at = ({ fixed, perThousand }: Line, count: number): number =>
  fixed + (perThousand * count) / 1_000;

/** Anonymous memory of one process, bytes. */
export function embeddedMemory(chunks: number): number {
  return (EMBEDDED.rssBaseMb.value + EMBEDDED.rssGrowthMb.value * Math.sqrt(chunks / MB)) * MB;
}

/** Without the vectors when `dimension` is 0. */
export function indexMemory(chunks: number, dimension: number): number {
  return chunks * (INDEX.memoryBytesPerChunk.value + dimension * INDEX.memoryBytesPerDimension.value);
}

export function indexDisk(chunks: number, dimension: number): number {
  return chunks * (INDEX.diskBytesPerChunk.value + dimension * INDEX.diskBytesPerDimension.value);
}

/** Two searches in one request, each with the list of reader sets. */
export function indexSearchMs(chunks: number, readerSets: number): number {
  return at(INDEX.searchP50Ms, chunks) + at(INDEX.filterMs, readerSets);
}

export function planFor(input: PlanInput): Plan {
  const chunks = input.documents * input.chunksPerDocument;
  const rate = peakRate(input);
  const cores = coresFor(rate, at(EMBEDDED.searchP50Ms, chunks) + SERVER.requestCpuMs.value);
  const reasons = reasonsForServers(chunks, cores);
  const layout = reasons.length > 0 ? 'servers' : 'one-process';
  const isOne = layout === 'one-process';
  const parts = isOne ? [oneProcess(input, chunks, cores)] : servers(input, chunks, rate);
  const loadRate = isOne ? EMBEDDED.loadChunksPerSecond.value : indexLoadRate(parts);
  return {
    layout,
    reasons: isOne ? ['fits one host with room'] : reasons,
    chunks,
    questionsPerSecondAtPeak: rate,
    parts,
    searchP50Ms: isOne
      ? at(EMBEDDED.searchP50Ms, chunks)
      : indexSearchMs(chunks / shards(parts), input.readerSets),
    firstLoadHours: chunks / loadRate / 3_600,
    embedding: embeddingOf(input, chunks),
  };
}

function peakRate({ people, questionsPerPersonAndDay }: PlanInput): number {
  const mean = (people * questionsPerPersonAndDay) / (DEMAND.hoursOfADay.value * 3_600);
  return mean * DEMAND.peak.value;
}

/** At least one; a share of each is left idle. */
function coresFor(rate: number, cpuMs: number): number {
  return Math.max(1, Math.ceil((rate * cpuMs) / 1_000 / DEMAND.busyShare.value));
}

function reasonsForServers(chunks: number, cores: number): string[] {
  const most = EMBEDDED.mostChunks.value;
  return [
    ...(chunks > most ? [`${amount(chunks)} chunks; one file is measured up to ${amount(most)}`] : []),
    ...(cores > SERVER.mostCoresOfAHost.value ? [`${cores} cores at the peak are more than one host's`] : []),
  ];
}

function oneProcess(input: PlanInput, chunks: number, cores: number): Part {
  return {
    name: 'fumi up',
    count: 1,
    cores: cores + 1,
    memoryBytes: (embeddedMemory(chunks) + SERVER.memoryBytes.value) * INDEX.headroom.value,
    // Room for a copy, and for an index that is made anew beside the old one.
    diskBytes: (at(EMBEDDED.diskBytes, chunks) + stored(input, chunks)) * 2,
  };
}

function servers(input: PlanInput, chunks: number, rate: number): Part[] {
  const dimension = input.embedder === 'none' ? 0 : input.dimension;
  const memory = indexMemory(chunks, dimension) * INDEX.headroom.value;
  const nodes = Math.max(1, Math.ceil(memory / INDEX.memoryOfANodeBytes.value));
  const serverCount = Math.max(2, coresFor(rate, SERVER.requestCpuMs.value));
  const searchCpuMs = indexSearchMs(chunks / nodes, input.readerSets) * nodes;
  return [
    server('fumi server', serverCount),
    server('fumi worker', 1 + Math.floor(chunks / SERVER.chunksOfAWorker.value)),
    {
      name: 'Qdrant',
      count: nodes,
      cores: Math.max(2 * nodes, coresFor(rate, searchCpuMs)),
      memoryBytes: memory,
      diskBytes: indexDisk(chunks, dimension) * INDEX.headroom.value,
    },
    {
      name: 'PostgreSQL',
      count: 1,
      cores: Math.max(2, coresFor(rate, SERVER.catalogCpuMs.value)),
      memoryBytes: Math.max(2e9, catalogRows(input) * SERVER.cachedShare.value),
      diskBytes: stored(input, chunks) * INDEX.headroom.value,
    },
    { name: 'balancer', count: 2, cores: 2, memoryBytes: 5e8, diskBytes: 0 },
  ];
}

function server(name: string, count: number): Part {
  return {
    name,
    count,
    cores: count,
    memoryBytes: count * SERVER.memoryBytes.value * 2,
    diskBytes: count * 5e9,
  };
}

function catalogRows({ documents, people }: PlanInput): number {
  return documents * CATALOG.rowBytesPerDocument.value + people * CATALOG.rowBytesPerPerson.value;
}

function stored(input: PlanInput, chunks: number): number {
  return catalogRows(input) + chunks * CATALOG.textBytesPerChunk.value;
}

function shards(parts: readonly Part[]): number {
  return parts.find(({ name }) => name === 'Qdrant')?.count ?? 1;
}

function indexLoadRate(parts: readonly Part[]): number {
  return INDEX.loadChunksPerSecond.value * shards(parts);
}

function embeddingOf(input: PlanInput, chunks: number): Plan['embedding'] {
  const tokens = input.embedder === 'none' ? 0 : chunks * EMBEDDING.tokensPerChunk.value;
  if (input.embedder === 'openai')
    return { tokens, usd: (tokens / MB) * input.pricePerMillionTokens, coreHours: 0 };
  if (input.embedder === 'none') return { tokens, usd: 0, coreHours: 0 };
  return { tokens, usd: 0, coreHours: chunks / EMBEDDING[input.embedder].value / 3_600 };
}
