import { invalidInput } from '@fumikura/errors';
import type { SourceId } from '@fumikura/model';
import type { AccessFilter, Catalog, ExcludedValues, FilterField, IndexFilter } from '@fumikura/ports';
import { readGrant } from '@fumikura/ports';
import { fold, nearMatches } from './near-matches.ts';

/** Values compared per field; beyond it a value that is not among the most frequent is taken as written. */
const VALUES_READ = 2_000;
/** Values per condition. */
const MAX_VALUES = 50;

const FIELDS: readonly (readonly [keyof ExcludedValues, FilterField])[] = [
  ['sources', 'source'],
  ['spaces', 'space'],
  ['kinds', 'kind'],
  ['languages', 'language'],
  ['authors', 'author'],
  ['labels', 'label'],
];

export interface FilterContext {
  readonly catalog: Catalog;
  readonly access: AccessFilter;
  /** Sources that are as if the others were not there; all when absent. */
  readonly within?: readonly SourceId[];
}

/**
 * One filter that means all of these together, with values as the index writes them. A value that no readable document
 * has is an error with near matches: a silently wider or emptier search would mislead. Values of documents the caller may
 * not read count as unknown.
 * @throws AppError FILTER_VALUE_UNKNOWN, QUERY_CONFLICT, INVALID_ARGUMENT (invalid-input)
 */
export async function resolveFilter(
  filters: readonly (IndexFilter | undefined)[],
  context: FilterContext,
): Promise<IndexFilter | undefined> {
  const resolved = await Promise.all(
    filters.flatMap((filter) => (filter ? [resolveOne(filter, context)] : [])),
  );
  const narrowed = context.within ? [...resolved, { sources: context.within }] : resolved;
  const joined = narrowed.reduce<IndexFilter>(join, {});
  requireConsistent(joined);
  return Object.keys(joined).length > 0 ? joined : undefined;
}

async function resolveOne(filter: IndexFilter, context: FilterContext): Promise<IndexFilter> {
  const { updatedFrom, updatedBefore, excluded, ...values } = filter;
  return {
    ...(await resolveValues(values, context)),
    ...(excluded && { excluded: await resolveValues(excluded, context) }),
    ...(updatedFrom !== undefined && { updatedFrom: resolveTime('updatedAfter', updatedFrom) }),
    ...(updatedBefore !== undefined && { updatedBefore: resolveTime('updatedBefore', updatedBefore) }),
  };
}

async function resolveValues(values: ExcludedValues, context: FilterContext): Promise<ExcludedValues> {
  const resolved: Record<string, readonly string[]> = {};
  for (const [key, field] of FIELDS) {
    const wanted = values[key];
    if (wanted !== undefined) resolved[key] = await resolveField(field, wanted, context);
  }
  return resolved as ExcludedValues;
}

async function resolveField(
  field: FilterField,
  wanted: readonly string[],
  context: FilterContext,
): Promise<string[]> {
  if (wanted.length === 0 || wanted.length > MAX_VALUES) {
    throw invalidInput(
      'INVALID_ARGUMENT',
      `${field}: give 1 to ${MAX_VALUES} values, or leave the filter out.`,
    );
  }
  const known = await knownValues(field, context);
  const isMe = (value: string) => field === 'author' && fold(value) === 'me';
  const mine = wanted.some(isMe) ? await ownNames(known, context) : [];
  return [...new Set(wanted.flatMap((value) => (isMe(value) ? mine : knownAs(field, value, known))))];
}

async function knownValues(field: FilterField, { catalog, access, within }: FilterContext) {
  const known = (await catalog.fieldValues(field, access, VALUES_READ)).map(({ value }) => value);
  return field === 'source' && within ? known.filter((value) => within.includes(value as SourceId)) : known;
}

/** Every name under which the asker has written something: of the accounts that are theirs. */
async function ownNames(known: readonly string[], { catalog, access }: FilterContext): Promise<string[]> {
  const accounts = readGrant(access)?.principals.filter((principal) => principal.startsWith('user:')) ?? [];
  const names = new Set(
    (await catalog.accounts(accounts, [])).flatMap(({ name }) => (name ? [fold(name)] : [])),
  );
  const mine = known.filter((each) => names.has(fold(each)));
  if (mine.length > 0) return mine;
  throw invalidInput(
    'FILTER_VALUE_UNKNOWN',
    'author: no document has you as its author, as far as accounts of sources are linked to you. Write the name as documents show it.',
  );
}

function knownAs(field: FilterField, value: string, known: readonly string[]): readonly string[] {
  const exact = known.find((each) => each === value) ?? known.find((each) => fold(each) === fold(value));
  if (exact !== undefined) return [exact];
  const ofKind = field === 'source' ? known.filter((each) => each.startsWith(`${fold(value)}:`)) : [];
  if (ofKind.length > 0) return ofKind;
  if (known.length >= VALUES_READ) return [value];
  throw unknownValue(field, value, known);
}

function unknownValue(field: FilterField, value: string, known: readonly string[]) {
  const near = nearMatches(value, known);
  const offered = near.length > 0 ? near : known.slice(0, 5);
  const hint =
    offered.length === 0
      ? 'No document that you may read has any.'
      : near.length > 0
        ? 'Near matches:'
        : 'There are:';
  // Values are text of documents: they travel beside our sentence, never in it.
  return invalidInput('FILTER_VALUE_UNKNOWN', `No document has ${field} "${value.slice(0, 100)}". ${hint}`, {
    field,
    near: offered,
  });
}

/** What both mean together: values of both, the narrower times, everything left out by either. */
function join(a: IndexFilter, b: IndexFilter): IndexFilter {
  const joined: Record<string, unknown> = { ...a, ...b };
  const excluded: Record<string, unknown> = { ...a.excluded, ...b.excluded };
  for (const [key, field] of FIELDS) {
    const [mine, theirs] = [a[key], b[key]];
    if (mine && theirs) {
      joined[key] = mine.filter((value) => (theirs as readonly string[]).includes(value));
      if ((joined[key] as string[]).length === 0) throw conflict(`no ${field} is asked for by both filters`);
    }
    const left = [...(a.excluded?.[key] ?? []), ...(b.excluded?.[key] ?? [])];
    if (left.length > 0) excluded[key] = [...new Set(left)];
  }
  const from = [a.updatedFrom, b.updatedFrom].filter((time) => time !== undefined).sort();
  const before = [a.updatedBefore, b.updatedBefore].filter((time) => time !== undefined).sort();
  if (from.length > 0) joined['updatedFrom'] = from.at(-1);
  if (before.length > 0) joined['updatedBefore'] = before[0];
  if (Object.keys(excluded).length > 0) joined['excluded'] = excluded;
  return joined;
}

/** @throws AppError QUERY_CONFLICT (invalid-input) when nothing can meet all of it */
function requireConsistent(filter: IndexFilter): void {
  const { updatedFrom, updatedBefore, excluded = {} } = filter;
  if (updatedFrom !== undefined && updatedBefore !== undefined && updatedFrom >= updatedBefore)
    throw conflict(`changed on or after ${updatedFrom}, and before ${updatedBefore}`);
  for (const [key, field] of FIELDS) {
    const left = new Set<string>(excluded[key]);
    const wanted = filter[key] ?? [];
    if (wanted.length > 0 && wanted.every((value) => left.has(value)))
      throw conflict(`every ${field} that is asked for is left out too`);
  }
}

function conflict(what: string) {
  return invalidInput('QUERY_CONFLICT', `These conditions exclude each other: ${what}. Drop one of them.`);
}

const DATE = /^\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?$/;

function resolveTime(name: string, value: string): string {
  const text = value.normalize('NFKC');
  const time = DATE.test(text)
    ? new Date(/T.*\d$/.test(text) && !/[+-]\d{2}:\d{2}$/.test(text) ? `${text}Z` : text)
    : undefined;
  if (time && !Number.isNaN(time.getTime())) return time.toISOString();
  throw invalidInput(
    'INVALID_ARGUMENT',
    `${name}: "${value.slice(0, 40)}" is no date. Write 2026, 2026-01, 2026-01-31 or 2026-01-31T09:30:00Z.`,
  );
}
