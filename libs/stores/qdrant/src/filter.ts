import { AppError } from '@fumikura/errors';
import type { AccessGrant, ExcludedValues, IndexFilter } from '@fumikura/ports';

/** A condition that some points do not meet; made by the functions of this file alone. */
export type Condition =
  | { readonly key: string; readonly match: { readonly any: NonEmpty<string | number> } }
  | { readonly key: string; readonly match: { readonly value: string | number } }
  | {
      readonly key: string;
      readonly range: {
        readonly gte?: number | string;
        readonly lt?: number | string;
        readonly lte?: number;
      };
    }
  | { readonly has_vector: string }
  | { readonly has_id: NonEmpty<string> }
  | { readonly is_empty: { readonly key: string } }
  | { readonly should: NonEmpty<Filter> };

type NonEmpty<T> = readonly [T, ...T[]];

/** At least one condition has to be met: an empty filter, which would mean every point, cannot be written down. */
export interface Filter {
  readonly must: NonEmpty<Condition>;
  readonly must_not?: NonEmpty<Condition>;
}

/** Ids sent as a list; above it the few that are missing may be shorter. */
const LONGEST_LIST = 20_000;

/** Among these values; undefined when there are none, and then nothing can match. */
export function among(key: string, values: readonly (string | number)[]): Condition | undefined {
  const [first, ...rest] = values;
  return first === undefined ? undefined : { key, match: { any: [first, ...rest] } };
}

/** Points by their ids; undefined when there are none. */
export function points(ids: readonly string[]): Condition | undefined {
  const [first, ...rest] = ids;
  return first === undefined ? undefined : { has_id: [first, ...rest] };
}

export function equals(key: string, value: string | number): Condition {
  return { key, match: { value } };
}

export function below(key: string, value: number): Condition {
  return { key, range: { lt: value } };
}

export function anyOf(filters: readonly Filter[]): Condition | undefined {
  const [first, ...rest] = filters;
  return first && { should: [first, ...rest] };
}

/**
 * What a caller may be shown: rights first, as conditions that all have to be met. Undefined when nothing can match.
 * With very many ids, all up to the highest one but those that are missing: points without the field and ids made later
 * stay outside.
 */
export function admitting({ aclIds }: AccessGrant, wanted: IndexFilter = {}): Filter | undefined {
  const rights = rightsOf(aclIds);
  const facts = conditionsOf(wanted);
  if (!rights || !facts) return undefined;
  const [first, ...rest] = rights.must;
  const [unwanted, ...others] = [...(rights.must_not ?? []), ...exclusionsOf(wanted)];
  return { must: [first, ...rest, ...facts], ...(unwanted && { must_not: [unwanted, ...others] }) };
}

function rightsOf(aclIds: Uint32Array): Filter | undefined {
  const highest = aclIds.at(-1);
  if (highest === undefined) return undefined;
  const missing = highest + 1 - aclIds.length;
  const listed =
    aclIds.length <= LONGEST_LIST || missing >= aclIds.length ? among('acl_id', [...aclIds]) : undefined;
  if (listed) return { must: [listed] };
  const ceiling: Condition = { key: 'acl_id', range: { gte: 0, lte: highest } };
  const others = among('acl_id', complementOf(aclIds, highest));
  return { must: [ceiling], ...(others && { must_not: [others] }) };
}

function complementOf(aclIds: Uint32Array, highest: number): number[] {
  const others: number[] = [];
  let next = 0;
  for (const id of aclIds) {
    for (; next < id; next++) others.push(next);
    next = id + 1;
  }
  for (; next <= highest; next++) others.push(next);
  return others;
}

/** Undefined when one of the conditions allows no value at all. */
function conditionsOf(filter: IndexFilter): Condition[] | undefined {
  const conditions: Condition[] = [];
  for (const [key, values] of valuesOf(filter)) {
    const condition = among(key, values);
    if (!condition) return undefined;
    conditions.push(condition);
  }
  const [gte, lt] = [timeOf(filter.updatedFrom), timeOf(filter.updatedBefore)];
  if (gte !== undefined || lt !== undefined)
    conditions.push({
      key: 'updated',
      range: { ...(gte !== undefined && { gte }), ...(lt !== undefined && { lt }) },
    });
  return conditions;
}

function exclusionsOf({ excluded = {} }: IndexFilter): Condition[] {
  return valuesOf(excluded).flatMap(([key, values]) => among(key, values) ?? []);
}

/** @throws AppError INVALID_ARGUMENT (internal) for spaces, which points do not carry: ignoring them would widen the search */
function valuesOf(filter: ExcludedValues): (readonly [key: string, values: readonly string[]])[] {
  if (filter.spaces)
    throw new AppError(
      'INVALID_ARGUMENT',
      'internal',
      'this index knows no spaces: compare them in the catalog',
    );
  return (
    [
      ['source', filter.sources],
      ['kind', filter.kinds],
      ['lang', filter.languages],
      ['authors', filter.authors],
      ['labels', filter.labels],
    ] as const
  ).flatMap(([key, values]) => (values ? [[key, values] as const] : []));
}

/** As the server reads it; undefined for text that is no time. */
export function timeOf(text: string | undefined): string | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
