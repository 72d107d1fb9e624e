import type { DocumentId } from '@fumikura/model';
import type {
  AccessFilter,
  Catalog,
  CatalogJournal,
  FacetCounts,
  FacetRequest,
  FieldValue,
  FilterField,
  IndexExplorer,
  VersionedIndex,
} from '@fumikura/ports';
import { unknownToIndex } from './conditions.ts';

/** Documents counted for one answer at most, and read from the catalog in one request. */
const MOST = 10_000;
const AT_ONCE = 500;

interface Halves {
  readonly catalog: Catalog;
  readonly journal: CatalogJournal;
  readonly index: VersionedIndex;
}

type Record = Awaited<ReturnType<Catalog['readable']>>[number];

const VALUES: Readonly<{ [field in FilterField]: (record: Record) => readonly string[] }> = {
  source: ({ source }) => [source],
  space: ({ breadcrumbs = [] }) => breadcrumbs.slice(0, 1),
  kind: ({ kind }) => [kind],
  language: ({ language }) => [language],
  author: ({ authors = [] }) => authors,
  label: ({ labels = [] }) => labels,
};

/** What both halves know together beside hits: which documents match says the index, what they are the catalog. */
export function exploring({ catalog, journal, index }: Halves): Pick<IndexExplorer, 'facets' | 'rarity'> {
  return {
    rarity: (terms) => index.rarity(terms, new AbortController().signal),
    facets: async (request, access, signal) => {
      if (isOfEverything(request)) return everything(catalog, request, access);
      const { request: known, meets } = unknownToIndex(request);
      const asked = { ...known, most: MOST };
      const confirmed = (ids: readonly DocumentId[]) => journal.confirmed(ids);
      const found = await index.matching(asked, access, confirmed, signal);
      const met = await meets?.(found.documentIds, (ids) => journal.documents(ids));
      const records = await readAll(met?.documentIds ?? found.documentIds, catalog, access);
      return { ...counted(records, request), isLowerBound: found.isLowerBound || (met?.isCut ?? false) };
    },
  };
}

function isOfEverything({ query, filter = {}, conditions }: FacetRequest): boolean {
  return !query && !conditions && Object.keys(filter).length === 0;
}

/** The catalog keeps these counts. */
async function everything(
  catalog: Catalog,
  { fields, limit }: FacetRequest,
  access: AccessFilter,
): Promise<FacetCounts> {
  const lists = await Promise.all(fields.map((field) => catalog.fieldValues(field, access, limit)));
  const sources = await catalog.fieldValues('source', access, MOST);
  return {
    documents: sources.reduce((sum, { documents }) => sum + documents, 0),
    values: Object.fromEntries(fields.map((field, at) => [field, lists[at] ?? []])),
    isLowerBound: false,
  };
}

async function readAll(
  ids: readonly DocumentId[],
  catalog: Catalog,
  access: AccessFilter,
): Promise<Record[]> {
  const records: Record[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE)
    records.push(...(await catalog.readable(ids.slice(at, at + AT_ONCE), access)));
  return records;
}

function counted(
  records: readonly Record[],
  { fields, limit }: FacetRequest,
): Pick<FacetCounts, 'documents' | 'values'> {
  const count = (field: FilterField): FieldValue[] => {
    const counts = new Map<string, number>();
    for (const record of records)
      for (const value of new Set(VALUES[field](record))) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts]
      .map(([value, documents]) => ({ value, documents }))
      .sort((a, b) => b.documents - a.documents || (a.value < b.value ? -1 : 1))
      .slice(0, limit);
  };
  return {
    documents: records.length,
    values: Object.fromEntries(fields.map((field) => [field, count(field)])),
  };
}
