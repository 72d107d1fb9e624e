import type { Collection, Point } from './collection.ts';
import { geoTests } from './geo.ts';
import type { GeoConditions } from './geo.ts';
import { idOf } from './ids.ts';
import { matchTest } from './match.ts';
import { elementsAt, timeOf, valuesAt } from './payload.ts';
import type { Json } from './payload.ts';
import { badFormat, invalid, LeftOut } from './refusal.ts';
import { sliceTest } from './slice.ts';

export type Filter = {
  readonly must?: Clause;
  readonly must_not?: Clause;
  readonly should?: Clause;
  readonly min_should?: { readonly conditions: readonly Condition[]; readonly min_count: number };
};
type Clause = readonly Condition[] | Condition | null;
export type Condition = Readonly<Record<string, unknown>>;
type Test = (point: Point, payload: Json) => boolean;

const CLAUSES = ['should', 'min_should', 'must', 'must_not'];

const listOf = (clause: Clause | undefined): readonly Condition[] =>
  clause === undefined || clause === null ? [] : Array.isArray(clause) ? clause : [clause as Condition];

/**
 * What 1.18.3 does with the filter of a query and that of its prefetch: clause by clause, so that `should` lists become
 * one and `min_should` conditions are pooled under the larger count.
 */
export function mergeFilters(a: Filter | undefined, b: Filter | undefined): Filter | undefined {
  if (!a || !b) return a ?? b;
  const joined = (name: 'must' | 'must_not' | 'should') => {
    const list = [...listOf(a[name]), ...listOf(b[name])];
    return list.length > 0 ? { [name]: list } : {};
  };
  const [x, y] = [a.min_should, b.min_should];
  const pooled =
    x && y
      ? { conditions: [...x.conditions, ...y.conditions], min_count: Math.max(x.min_count, y.min_count) }
      : (x ?? y);
  return {
    ...joined('must'),
    ...joined('must_not'),
    ...joined('should'),
    ...(pooled && { min_should: pooled }),
  };
}

/** @param where the place in the request, as messages name it */
export function compile(
  filter: Filter | null | undefined,
  collection: Collection,
  where: string,
): (point: Point) => boolean {
  if (filter === undefined || filter === null) return () => true;
  const test = filterTest(filter, collection, where);
  return (point) => test(point, point.payload);
}

/** Lists of values that are looked up rather than compared with every point. */
const LOOKED_UP = 2_000;

/** Points that meet a filter, in the order of their ids. */
export function admitted(collection: Collection, filter: Filter | undefined, where: string): Point[] {
  const fits = compile(filter, collection, where);
  // As an index does: the shortest list is walked, and the others are only counted.
  const [few] = listOf(filter?.must)
    .flatMap((condition) => walkOf(collection, condition) ?? [])
    .sort((a, b) => a.count - b.count);
  return (few?.points() ?? collection.ordered()).filter(fits);
}

interface Walk {
  readonly count: number;
  points(): readonly Point[];
}

function walkOf(collection: Collection, { key, match, has_id }: Condition): Walk | undefined {
  if (Array.isArray(has_id) && has_id.length <= LOOKED_UP)
    return { count: has_id.length, points: () => collection.named(has_id.map(idOf)) };
  const { value, any = value === undefined ? [] : [value] } = (match ?? {}) as { value?: Json; any?: Json[] };
  const isIndexed = typeof key === 'string' && ['keyword', 'integer'].includes(typeIn(collection, key));
  if (!isIndexed || any.length === 0 || any.length > LOOKED_UP) return undefined;
  return { count: collection.countHaving(key, any), points: () => collection.having(key, any) };
}

function typeIn(collection: Collection, key: string): string {
  return collection.indexes.get(key)?.data_type ?? '';
}

/** Every condition. @param isNestedIn also those within elements of arrays */
export function conditionsOf(filter: Filter | null | undefined, isNestedIn = true): Condition[] {
  if (!filter) return [];
  const all = [
    ...listOf(filter.must),
    ...listOf(filter.must_not),
    ...listOf(filter.should),
    ...(filter.min_should?.conditions ?? []),
  ];
  return all.flatMap((each) => {
    if (isFilter(each)) return conditionsOf(each as Filter, isNestedIn);
    if (!('nested' in each)) return [each];
    return isNestedIn ? conditionsOf((each['nested'] as Nested).filter) : [];
  });
}

/** How many points a server reckons with without looking: half of all for each condition that no index answers. */
export function expectedHits(collection: Collection, filter: Filter): number {
  const all = conditionsOf(filter);
  const [must, should] = [listOf(filter.must), listOf(filter.should)];
  const isPlain = all.length === must.length + should.length && (must.length === 0 || should.length === 0);
  if (!isPlain || all.some((each) => 'has_id' in each || collection.indexes.has(each['key'] as string)))
    throw new LeftOut('estimates by an index or by ids');
  const share = must.length > 0 ? 0.5 ** must.length : 1 - 0.5 ** should.length;
  return Math.round(collection.points.size * share);
}

function isFilter(condition: Condition): boolean {
  return Object.keys(condition).every((key) => CLAUSES.includes(key));
}

function filterTest(filter: Filter, collection: Collection, where: string): Test {
  for (const key of Object.keys(filter))
    if (!CLAUSES.includes(key))
      throw badFormat(
        `unknown field \`${key}\`, expected one of ${CLAUSES.map((each) => `\`${each}\``).join(', ')}`,
      );
  const tests = (clause: Clause | undefined, name: string) =>
    listOf(clause).map((each, at) => conditionTest(each, collection, `${where}.${name}[${at}]`));
  const [must, mustNot, should] = [
    tests(filter.must, 'must'),
    tests(filter.must_not, 'must_not'),
    tests(filter.should, 'should'),
  ];
  const least = filter.min_should ?? undefined;
  if (least && least.min_count === undefined) throw badFormat('missing field `min_count`');
  if (least && !(least.min_count > 0))
    throw invalid(`${where}.min_should.min_count: min_count must be greater than 0`);
  const counted = least?.conditions.map((each, at) =>
    conditionTest(each, collection, `${where}.min_should.conditions[${at}]`),
  );
  return (point, payload) =>
    must.every((test) => test(point, payload)) &&
    !mustNot.some((test) => test(point, payload)) &&
    (should.length === 0 || should.some((test) => test(point, payload))) &&
    (!least || (counted?.filter((test) => test(point, payload)).length ?? 0) >= least.min_count);
}

function conditionTest(condition: Condition, collection: Collection, where: string): Test {
  if (isFilter(condition)) return filterTest(condition as Filter, collection, where);
  if ('has_id' in condition) {
    const ids = new Set((condition['has_id'] as unknown[]).map(idOf));
    return (point) => ids.has(point.id);
  }
  if ('has_vector' in condition) {
    const name = condition['has_vector'] as string;
    return (point) => point.vectors.has(name);
  }
  if ('is_empty' in condition && typeof condition['is_empty'] === 'object')
    return emptyTest((condition['is_empty'] as { key: string }).key);
  if ('is_null' in condition && typeof condition['is_null'] === 'object') {
    const { key } = condition['is_null'] as { key: string };
    return nullTest(key, collection.indexes.has(key));
  }
  if ('nested' in condition) return nestedTest(condition['nested'] as Nested, collection, where);
  if ('slice' in condition) {
    const isIn = sliceTest(condition['slice'] as object);
    return (point) => isIn(point.id);
  }
  return fieldTest(condition as FieldCondition, collection, where);
}

interface Nested {
  readonly key: string;
  readonly filter: Filter;
}

/** Within one element; of an object that is no array the object itself is not one. */
function nestedTest({ key, filter }: Nested, collection: Collection, where: string): Test {
  const path = key.endsWith('[]') ? key : `${key}[]`;
  const test = filterTest(filter, collection, `${where}.nested.filter`);
  return (point, payload) => valuesAt(payload, path).some((element) => test(point, element));
}

function emptyTest(key: string): Test {
  const isEmpty = (value: Json) =>
    value === null || (Array.isArray(value) && (value as Json[]).every((each) => each === null));
  return (_, payload) => valuesAt(payload, key).every(isEmpty);
}

/** With an index an array that holds a null counts, without one it does not. */
function nullTest(key: string, isIndexed: boolean): Test {
  return (_, payload) =>
    valuesAt(payload, key).some(
      (value) => value === null || (isIndexed && Array.isArray(value) && (value as Json[]).includes(null)),
    );
}

interface FieldCondition extends GeoConditions {
  readonly key?: string;
  readonly match?: Readonly<Record<string, Json>>;
  readonly range?: Readonly<Record<string, Json>>;
  readonly values_count?: Readonly<Record<string, number>>;
  readonly is_empty?: boolean;
  readonly is_null?: boolean;
}

function fieldTest(condition: FieldCondition, collection: Collection, where: string): Test {
  const { key, match, range, values_count: count } = condition;
  if (typeof key !== 'string') throw badFormat('data did not match any variant of untagged enum Condition');
  valuesAt({}, key);
  const tests: Test[] = [];
  if (match) {
    const fits = matchTest(match, collection.indexes.get(key));
    tests.push((_, payload) => elementsAt(payload, key).some(fits));
  }
  if (range) {
    const fits = rangeTest(range);
    tests.push((_, payload) => elementsAt(payload, key).some(fits));
  }
  for (const fits of geoTests(condition)) tests.push((_, payload) => elementsAt(payload, key).some(fits));
  if (count) {
    const fits = boundsTest(count as Bounds);
    // An absent field counts as one with no values.
    tests.push((_, payload) => {
      const values = valuesAt(payload, key);
      return values.length === 0 ? fits(0) : values.some((value) => fits(countOf(value)));
    });
  }
  if (typeof condition.is_empty === 'boolean') {
    const test = emptyTest(key);
    tests.push((point, payload) => test(point, payload) === condition.is_empty);
  }
  if (typeof condition.is_null === 'boolean') {
    // In this form an array that holds a null counts, index or not.
    const test = nullTest(key, true);
    tests.push((point, payload) => test(point, payload) === condition.is_null);
  }
  const [first] = tests;
  if (!first)
    throw invalid(`${where}.__all__: Validation error: At least one field condition must be specified [{}]`);
  // Several in one condition: with an index only the first is looked at, without one any of them.
  if (collection.indexes.has(key)) return first;
  return (point, payload) => tests.some((test) => test(point, payload));
}

function countOf(value: Json): number {
  if (value === null) return 0;
  return Array.isArray(value) ? value.length : 1;
}

interface Bounds {
  readonly gt?: number | null;
  readonly gte?: number | null;
  readonly lt?: number | null;
  readonly lte?: number | null;
}

function boundsTest({ gt, gte, lt, lte }: Bounds): (value: number) => boolean {
  return (value) =>
    (typeof gt !== 'number' || value > gt) &&
    (typeof gte !== 'number' || value >= gte) &&
    (typeof lt !== 'number' || value < lt) &&
    (typeof lte !== 'number' || value <= lte);
}

function rangeTest(range: Readonly<Record<string, Json>>): (value: Json) => boolean {
  const bounds = Object.entries(range).filter(([, bound]) => bound !== null);
  const isTime = bounds.some(([, bound]) => typeof bound === 'string');
  if (!isTime) {
    const fits = boundsTest(range as Bounds);
    return (value) => typeof value === 'number' && fits(value);
  }
  const times = bounds.map(([name, bound]) => [name, timeOf(bound)] as const);
  const wrong = times.findIndex(([, time]) => time === undefined);
  if (wrong >= 0)
    throw badFormat(
      `'${String(bounds[wrong]?.[1])}' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z`,
    );
  const fits = boundsTest(Object.fromEntries(times) as Bounds);
  return (value) => {
    const time = timeOf(value);
    return time !== undefined && fits(time);
  };
}
