import type { DocumentId } from '@fumikura/model';
import type { AccessGrant, Matching, MatchRequest } from '@fumikura/ports';
import type { QueryTerms } from '@fumikura/text';
import type { Call } from './client.ts';
import { admitting, among, equals } from './filter.ts';
import type { Filter } from './filter.ts';
import type { Versions } from './hits.ts';
import { pagesOf } from './requests.ts';
import { hitOf, LONGEST, PAYLOAD, queryAll } from './search.ts';
import type { Search } from './search.ts';
import { numberOf } from './numbers.ts';

/** Documents that have one word; cut when there may be more. */
interface Having {
  readonly docs: ReadonlySet<DocumentId>;
  readonly isCut: boolean;
}

/** What a question is about, by its words; complete as long as one of them is rarer than the server's longest list. */
export async function matchingDocuments(
  call: Call,
  collection: string,
  { query, filter: wanted, most }: MatchRequest,
  grant: AccessGrant,
  versions: Versions,
  signal: AbortSignal,
): Promise<Matching> {
  const filter = admitting(grant, wanted);
  if (!filter) return { documentIds: [], isLowerBound: false };
  if (!query) return allWithin(call, collection, filter, versions, most, signal);
  const words = wordsOf(query);
  if (words.length === 0) return { documentIds: [], isLowerBound: false };
  const ask = async (searches: readonly Search[]) => {
    const lists = await queryAll(call, collection, searches, grant, signal);
    return Promise.all(
      lists.map(async (hits) => ({
        docs: (await versions.among(hits)).map(({ doc }) => doc),
        isCut: hits.length >= LONGEST,
      })),
    );
  };
  const found = await havingWords(words, filter, ask);
  const { docs, isCut } = await together(found, words, filter, ask);
  return { documentIds: [...docs].slice(0, most), isLowerBound: isCut || docs.size > most };
}

type Ask = (
  searches: readonly Search[],
) => Promise<readonly { readonly docs: readonly DocumentId[]; readonly isCut: boolean }[]>;

/** A document's own vector lacks what stands in headings alone, a chunk's has it. */
async function havingWords(words: readonly number[], filter: Filter, ask: Ask): Promise<Having[]> {
  const lists = await ask(
    words.flatMap((word) =>
      (['document', 'chunk'] as const).map((part): Search => ({
        part,
        query: JSON.stringify({ indices: [word], values: [1] }),
        filter,
        limit: LONGEST,
      })),
    ),
  );
  return words.map((_, at) => {
    const own = lists.slice(at * 2, at * 2 + 2);
    return { docs: new Set(own.flatMap(({ docs }) => docs)), isCut: own.some(({ isCut }) => isCut) };
  });
}

async function together(
  found: readonly Having[],
  words: readonly number[],
  filter: Filter,
  ask: Ask,
): Promise<Having> {
  const whole = found.filter(({ isCut }) => !isCut).sort((a, b) => a.docs.size - b.docs.size)[0];
  const base = whole ?? found[0] ?? { docs: new Set(), isCut: false };
  const these = among('doc', [...base.docs]);
  // Which of the rare word's documents have a frequent one is asked of those documents alone.
  const narrowed: Filter | undefined = these && { ...filter, must: [...filter.must, these] };
  const cut = words.filter((_, at) => found[at]?.isCut);
  const asked = whole && narrowed && cut.length > 0 ? await havingWords(cut, narrowed, ask) : [];
  const sets = found.map((each, at) => asked[cut.indexOf(words[at] ?? -1)] ?? each);
  const all = [...base.docs].filter((doc) => sets.every(({ docs }) => docs.has(doc)));
  const isCut = sets.some((each) => each.isCut);
  if (all.length > 0) return { docs: new Set(all), isCut };
  const any = new Set(found.flatMap(({ docs }) => [...docs]));
  return { docs: any, isCut: found.some((each) => each.isCut) };
}

async function allWithin(
  call: Call,
  collection: string,
  filter: Filter,
  versions: Versions,
  most: number,
  signal: AbortSignal,
): Promise<Matching> {
  const docs = new Set<DocumentId>();
  const firstChunks: Filter = { ...filter, must: [...filter.must, equals('ord', 0)] };
  const wanted = { filter: firstChunks, limit: LONGEST, with_payload: PAYLOAD };
  let isWhole = false;
  for await (const { points, isLast } of pagesOf({ call, collection }, wanted, signal)) {
    const hits = points.flatMap((point) => hitOf({ ...point, version: 0, score: 0 }));
    for (const { doc } of await versions.among(hits)) docs.add(doc);
    isWhole = isLast;
    if (docs.size >= most) break;
  }
  return { documentIds: [...docs].slice(0, most), isLowerBound: !isWhole || docs.size > most };
}

function wordsOf({ terms }: QueryTerms): number[] {
  const words = terms.filter((term) => term.class === 'word');
  return [...new Set((words.length > 0 ? words : terms).map(({ term }) => numberOf(term)))];
}
