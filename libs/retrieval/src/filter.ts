import { invalidInput } from '@fumikura/errors';
import type { AccessFilter, Catalog, FilterField, IndexFilter } from '@fumikura/ports';
import { fold, nearMatches } from './near-matches.ts';

/** Values compared per field; beyond it a value that is not among the most frequent is taken as written. */
const VALUES_READ = 2_000;
/** Values per condition. */
const MAX_VALUES = 50;

const FIELDS: readonly (readonly [keyof IndexFilter & `${FilterField}s`, FilterField])[] = [
  ['sources', 'source'],
  ['kinds', 'kind'],
  ['languages', 'language'],
  ['authors', 'author'],
  ['labels', 'label'],
];

/**
 * Values as the index writes them. A value that no readable document has is an error with near matches: a silently
 * wider or emptier search would mislead. Values of documents the caller may not read count as unknown.
 * @throws AppError FILTER_VALUE_UNKNOWN, INVALID_ARGUMENT (invalid-input)
 */
export async function resolveFilter(
  filter: IndexFilter | undefined,
  catalog: Catalog,
  access: AccessFilter,
): Promise<IndexFilter | undefined> {
  if (!filter) return undefined;
  const resolved: Record<string, unknown> = {};
  for (const [key, field] of FIELDS) {
    const wanted = filter[key];
    if (wanted !== undefined) resolved[key] = await resolveValues(field, wanted, catalog, access);
  }
  if (filter.updatedFrom !== undefined)
    resolved['updatedFrom'] = resolveTime('updatedAfter', filter.updatedFrom);
  if (filter.updatedBefore !== undefined) {
    resolved['updatedBefore'] = resolveTime('updatedBefore', filter.updatedBefore);
  }
  return resolved as IndexFilter;
}

async function resolveValues(
  field: FilterField,
  wanted: readonly string[],
  catalog: Catalog,
  access: AccessFilter,
): Promise<string[]> {
  if (wanted.length === 0 || wanted.length > MAX_VALUES) {
    throw invalidInput(
      'INVALID_ARGUMENT',
      `${field}: give 1 to ${MAX_VALUES} values, or leave the filter out.`,
    );
  }
  const known = (await catalog.fieldValues(field, access, VALUES_READ)).map(({ value }) => value);
  return wanted.map((value) => {
    const exact =
      known.find((candidate) => candidate === value) ?? known.find((each) => fold(each) === fold(value));
    if (exact !== undefined) return exact;
    if (known.length >= VALUES_READ) return value;
    throw unknownValue(field, value, known);
  });
}

function unknownValue(field: FilterField, value: string, known: readonly string[]) {
  const near = nearMatches(value, known);
  const offered = near.length > 0 ? near : known.slice(0, 5);
  const hint =
    offered.length === 0
      ? 'No document that you may read has any.'
      : `${near.length > 0 ? 'Near matches' : 'Values there are'} come with this message.`;
  // Values are text of documents: they travel beside our sentence, never in it.
  return invalidInput('FILTER_VALUE_UNKNOWN', `No document has ${field} "${value.slice(0, 100)}". ${hint}`, {
    field,
    near: offered,
  });
}

const DATE = /^\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?$/;

function resolveTime(name: string, value: string): string {
  const time = DATE.test(value)
    ? new Date(/T.*\d$/.test(value) && !/[+-]\d{2}:\d{2}$/.test(value) ? `${value}Z` : value)
    : undefined;
  if (time && !Number.isNaN(time.getTime())) return time.toISOString();
  throw invalidInput(
    'INVALID_ARGUMENT',
    `${name}: "${value.slice(0, 40)}" is no date. Write 2026, 2026-01, 2026-01-31 or 2026-01-31T09:30:00Z.`,
  );
}
