import type { AccessFilter, Catalog, FacetCounts, FilterField, SearchIndex } from '@fumikura/ports';
import type { QueryTerms } from '@fumikura/text';
import type { Ranked } from './fusion.ts';
import type { Asked } from './query/asked.ts';

export const FACET_FIELDS: readonly FilterField[] = [
  'source',
  'space',
  'kind',
  'language',
  'author',
  'label',
];
const VALUES = 10;

/** Counts over what matches, of documents that the caller may read alone. */
export async function facetsOf(
  { typed, terms, text, filter, conditions }: Asked,
  ranked: readonly Ranked[],
  { index, catalog }: { readonly index: SearchIndex; readonly catalog: Catalog },
  access: AccessFilter,
  signal: AbortSignal,
): Promise<FacetCounts> {
  const request = {
    ...(filter && { filter }),
    ...(conditions && { conditions }),
    fields: FACET_FIELDS,
    limit: VALUES,
  };
  const count = (query: QueryTerms) =>
    index.explore?.facets?.({ ...request, ...(text !== '' && { query }) }, access, signal);
  const asTyped = await count(typed);
  // What was added is no further word that a document has to have, but may be all that one has.
  const counted = asTyped?.documents === 0 && terms !== typed ? await count(terms) : asTyped;
  return counted ?? amongBest(ranked, catalog, access);
}

/** An engine that cannot count tells of the best hits alone, which is said. */
async function amongBest(
  ranked: readonly Ranked[],
  catalog: Catalog,
  access: AccessFilter,
): Promise<FacetCounts> {
  const ids = ranked.map(({ candidate }) => candidate.documentId);
  const records = await catalog.readable(ids, access);
  const valuesOf = (record: (typeof records)[number]): Record<FilterField, readonly string[]> => ({
    source: [record.source],
    space: record.breadcrumbs?.slice(0, 1) ?? [],
    kind: [record.kind],
    language: [record.language],
    author: record.authors ?? [],
    label: record.labels ?? [],
  });
  const all = records.map(valuesOf);
  const count = (field: FilterField) => {
    const counts = new Map<string, number>();
    for (const values of all)
      for (const value of new Set(values[field])) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts]
      .map(([value, documents]) => ({ value, documents }))
      .sort((a, b) => b.documents - a.documents || (a.value < b.value ? -1 : 1))
      .slice(0, VALUES);
  };
  return {
    documents: records.length,
    isLowerBound: true,
    values: Object.fromEntries(FACET_FIELDS.map((field) => [field, count(field)])),
  };
}
