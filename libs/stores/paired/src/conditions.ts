import type { DocumentId } from '@fumikura/model';
import type { Candidate, CatalogJournal, IndexFilter, SearchRequest } from '@fumikura/ports';
import { textTest } from '@fumikura/text';

/** Documents read from the catalog in one request, and at most for one search. */
const AT_ONCE = 50;
const MAX_COMPARED = 1_000;

type Documents = Awaited<ReturnType<CatalogJournal['documents']>>;
type Meets = (document: Documents[number]['document']) => boolean;

/** What the index is asked when its answer is compared with the catalog's texts afterwards. */
export interface ComparedRequest {
  readonly request: SearchRequest;
  /** The first `wanted` candidates that meet everything. */
  among(
    candidates: readonly Candidate[],
    wanted: number,
  ): Promise<{ candidates: Candidate[]; isCut: boolean }>;
}

/**
 * Conditions on texts and on spaces, which the index does not know: the best candidates are compared with the texts of the
 * catalog, and those that were not compared are no hits. Undefined when the index decides everything itself.
 */
export function compared(
  request: SearchRequest,
  documents: CatalogJournal['documents'],
): ComparedRequest | undefined {
  const { rest, meets } = split(request);
  if (!meets) return undefined;
  return {
    request: { ...rest, candidates: MAX_COMPARED },
    among: (candidates, wanted) => firstMeeting(candidates, wanted, documents, meets),
  };
}

interface Met {
  readonly documentIds: readonly DocumentId[];
  readonly isCut: boolean;
}

/** The part of a request that the index decides, and a test of documents for the rest; no test when there is none. */
export function unknownToIndex<R extends Conditioned>(
  request: R,
): {
  readonly request: Omit<R, 'conditions'>;
  readonly meets?: (ids: readonly DocumentId[], documents: CatalogJournal['documents']) => Promise<Met>;
} {
  const { rest, meets } = split(request);
  if (!meets) return { request: rest };
  return {
    request: rest,
    meets: async (ids, documents) => {
      const candidates = ids.slice(0, MAX_COMPARED).map((documentId) => ({ documentId }));
      const met = await firstMeeting(candidates, MAX_COMPARED, documents, meets);
      return {
        documentIds: met.candidates.map(({ documentId }) => documentId),
        isCut: ids.length > MAX_COMPARED,
      };
    },
  };
}

type Conditioned = Pick<SearchRequest, 'conditions' | 'filter'>;

function split<R extends Conditioned>(
  request: R,
): { readonly rest: Omit<R, 'conditions'>; readonly meets: Meets | undefined } {
  const { conditions, filter = {}, ...rest } = request;
  const { spaces, excluded = {}, ...others } = filter;
  const { spaces: excludedSpaces, ...otherExcluded } = excluded;
  const isKnown = !conditions && !spaces && !excludedSpaces;
  if (isKnown) return { rest: { ...rest, filter } as Omit<R, 'conditions'>, meets: undefined };
  const known = { ...others, ...(Object.keys(otherExcluded).length > 0 && { excluded: otherExcluded }) };
  return {
    rest: { ...rest, filter: known } as Omit<R, 'conditions'>,
    meets: meeting(conditions ?? {}, { spaces, excluded: excludedSpaces }),
  };
}

interface Spaces {
  readonly spaces: IndexFilter['spaces'];
  readonly excluded: IndexFilter['spaces'];
}

function meeting(conditions: NonNullable<SearchRequest['conditions']>, { spaces, excluded }: Spaces): Meets {
  const test = textTest(conditions);
  return ({ title, breadcrumbs, chunks }) => {
    const space = breadcrumbs[0] ?? '';
    if (spaces && !spaces.includes(space)) return false;
    if (excluded?.includes(space)) return false;
    return test({ title, breadcrumbs, text: chunks.map(({ text }) => text).join('\n') });
  };
}

async function firstMeeting<C extends Pick<Candidate, 'documentId'>>(
  candidates: readonly C[],
  wanted: number,
  documents: CatalogJournal['documents'],
  meets: Meets,
): Promise<{ candidates: C[]; isCut: boolean }> {
  const met: C[] = [];
  for (let from = 0; from < candidates.length && met.length < wanted; from += AT_ONCE) {
    const part = candidates.slice(from, from + AT_ONCE);
    const read = await documents(part.map(({ documentId }) => documentId));
    const meeting = new Set(read.flatMap(({ document }) => (meets(document) ? [document.documentId] : [])));
    met.push(...part.filter(({ documentId }) => meeting.has(documentId)));
  }
  return {
    candidates: met.slice(0, wanted),
    isCut: met.length < wanted && candidates.length >= MAX_COMPARED,
  };
}
