import { createAccess, createLocalDirectory, LOCAL_ISSUER } from '@fumikura/access';
import type { Config } from '@fumikura/config';
import type { DocumentId } from '@fumikura/model';
import { isSameChunking } from '@fumikura/documents';
import { createRanker } from '@fumikura/retrieval';
import { analyseQuery } from '@fumikura/text';
import { storedChunking } from './chunking.ts';
import { checksumOf } from './migration.ts';
import type { InstalledStore } from './store.ts';

export interface MigrationCheck {
  readonly documents: { readonly from: number; readonly to: number };
  readonly checksum: { readonly from: string; readonly to: string };
  readonly searches: {
    readonly asked: number;
    readonly same: number;
    /** Of the first ten of each search, the share that both found. */
    readonly overlap: number;
  };
  /** The other one's chunks are of another size: it holds what it should, and may answer otherwise. */
  readonly isRecut: boolean;
  readonly isSound: boolean;
}

const QUESTIONS = 30;
const FIRST = 10;
/** Below it, the two engines rank differently. */
const LEAST_OVERLAP = 0.95;

/** Counts and a checksum over everything, and the titles of documents here and there, asked as each person. */
export async function compareStores(
  from: InstalledStore,
  to: InstalledStore,
  config: Config,
  signal: AbortSignal,
): Promise<MigrationCheck> {
  const [here, there] = [await storedChunking(from), await storedChunking(to)];
  const isRecut = !isSameChunking(here, there);
  const chunking = isRecut ? there : undefined;
  const [a, b] = [await checksumOf(from, signal, chunking), await checksumOf(to, signal, chunking)];
  const isSame = a.documents === b.documents && a.checksum === b.checksum;
  const searches = await compareSearches(from, to, config, signal);
  return {
    documents: { from: a.documents, to: b.documents },
    checksum: { from: a.checksum, to: b.checksum },
    searches,
    isRecut,
    isSound: isSame && (isRecut || searches.overlap >= LEAST_OVERLAP),
  };
}

async function compareSearches(
  from: InstalledStore,
  to: InstalledStore,
  { owner, persons, groups }: Config,
  signal: AbortSignal,
): Promise<MigrationCheck['searches']> {
  const people = [...new Set([owner, ...persons.map(({ id }) => id)])];
  const asks = [from, to].map((store) => {
    const access = createAccess(store.catalog, createLocalDirectory(people, groups, 'migration'));
    const rank = createRanker({ index: store.index });
    return async (person: string, text: string) => {
      const filter = await access.filterFor({ issuer: LOCAL_ISSUER, subject: person });
      const { ranked } = await rank({ text, terms: analyseQuery(text) }, filter, signal);
      return ranked.slice(0, FIRST).map(({ candidate }) => candidate.documentId);
    };
  });
  let [asked, same, overlap] = [0, 0, 0];
  for (const text of await questions(from)) {
    for (const person of people) {
      const [x = [], y = []] = await Promise.all(asks.map((ask) => ask(person, text)));
      const both = x.filter((id) => y.includes(id)).length;
      asked++;
      if (x.join('\n') === y.join('\n')) same++;
      overlap += Math.max(x.length, y.length) === 0 ? 1 : both / Math.max(x.length, y.length);
    }
  }
  return { asked, same, overlap: asked === 0 ? 1 : overlap / asked };
}

/** Titles of documents spread over all sources. */
async function questions({ catalog, export: exported }: InstalledStore): Promise<readonly string[]> {
  const sources = await catalog.sources();
  const ids: DocumentId[] = [];
  for (const { id } of sources)
    ids.push(...(await catalog.listIds(id, undefined, Math.ceil(QUESTIONS / sources.length))));
  const documents = await exported.documents(ids);
  return documents
    .map(({ document }) => document.title)
    .filter((title) => analyseQuery(title).terms.length > 0);
}
