import type { Collection, Point } from './collection.ts';
import { compile, conditionsOf } from './filter.ts';
import type { Condition, Filter } from './filter.ts';
import { timeOf, valuesAt } from './payload.ts';
import type { Json } from './payload.ts';
import { badFormat, badRequest, LeftOut } from './refusal.ts';

type Node = Readonly<Record<string, unknown>>;
/** Scores of the point by prefetch; undefined where a list lacks it. */
type Value = (point: Point, scores: readonly (number | undefined)[]) => number;

export interface Formula {
  readonly formula: unknown;
  readonly defaults?: Readonly<Record<string, Json>>;
}

interface Scope {
  readonly collection: Collection;
  readonly defaults: Readonly<Record<string, Json>>;
}

/** Scores of a formula over payload, prefetches and conditions. */
export function compileFormula(collection: Collection, { formula, defaults = {} }: Formula): Value {
  return expression(formula, { collection, defaults });
}

/** @throws Refusal in strict mode for a field without an index that knows numbers */
export function checkFormula(collection: Collection, { formula }: Formula): void {
  if (collection.strict['unindexed_filtering_retrieve'] !== false) return;
  for (const key of fieldsOf(formula)) {
    const type = collection.indexes.get(key)?.data_type;
    if (type !== 'float' && type !== 'integer')
      throw badRequest(
        `Index required but not found for "${key}" of one of the following types: [float, integer]. Help: Create an index for this key or use a different formula expression.`,
      );
  }
}

function fieldsOf(node: unknown): string[] {
  if (typeof node === 'string') return node.startsWith('$score') ? [] : [node];
  if (Array.isArray(node)) return node.flatMap(fieldsOf);
  if (node === null || typeof node !== 'object') return [];
  const [[kind, own] = ['', undefined]] = Object.entries(node as Node);
  if (kind === 'datetime' || kind === 'datetime_key')
    throw new LeftOut('strict mode over times of a formula');
  if (!(kind in OPERATIONS)) throw new LeftOut('strict mode over conditions of a formula');
  return fieldsOf(typeof own === 'object' && own !== null && !Array.isArray(own) ? Object.values(own) : own);
}

function expression(node: unknown, scope: Scope): Value {
  if (typeof node === 'number') return () => node;
  if (typeof node === 'string') return node.startsWith('$score') ? score(node, scope) : field(node, scope);
  if (node === null || typeof node !== 'object' || Array.isArray(node))
    throw badFormat('data did not match any variant of untagged enum Expression');
  const [[kind, own] = ['', undefined]] = Object.entries(node as Node);
  const operation = OPERATIONS[kind];
  if (operation) return operation(own, scope);
  if (kind === 'geo_distance') throw new LeftOut('distances in a formula');
  return condition(node as Condition, scope);
}

const OPERATIONS: Readonly<Record<string, (own: unknown, scope: Scope) => Value>> = {
  sum: (own, scope) => over(own, scope, (values) => values.reduce((all, each) => all + each, 0)),
  mult: (own, scope) => over(own, scope, (values) => values.reduce((all, each) => all * each, 1)),
  neg: (own, scope) => on(own, scope, (value) => -value),
  abs: (own, scope) => on(own, scope, Math.abs),
  sqrt: (own, scope) => on(own, scope, Math.sqrt),
  exp: (own, scope) => on(own, scope, Math.exp),
  ln: (own, scope) => on(own, scope, Math.log),
  log10: (own, scope) => on(own, scope, Math.log10),
  div: (own, scope) => {
    const { left, right, by_zero_default: byZero } = own as Node;
    const [above, below] = [expression(left, scope), expression(right, scope)];
    return (point, scores) => {
      const divisor = below(point, scores);
      if (divisor === 0 && typeof byZero === 'number') return byZero;
      return finite(above(point, scores) / divisor);
    };
  },
  pow: (own, scope) => {
    const { base, exponent } = own as Node;
    const [value, power] = [expression(base, scope), expression(exponent, scope)];
    return (point, scores) => finite(value(point, scores) ** power(point, scores));
  },
  datetime: (own) => {
    const time = timeOf(own as Json);
    if (time === undefined) throw badFormat(`'${String(own)}' does not match accepted datetime format`);
    return () => time / 1e6;
  },
  datetime_key: (own, scope) => time(own as string, scope),
  lin_decay: (own, scope) =>
    decay(own as Node, scope, (way, midpoint) => Math.max(0, 1 - (1 - midpoint) * way)),
  exp_decay: (own, scope) => decay(own as Node, scope, (way, midpoint) => Math.exp(Math.log(midpoint) * way)),
  gauss_decay: (own, scope) =>
    decay(own as Node, scope, (way, midpoint) => Math.exp(Math.log(midpoint) * way ** 2)),
};

/** @throws Refusal: a score that is no number cannot be ranked */
function finite(value: number): number {
  if (!Number.isFinite(value)) throw new LeftOut('formulas whose value is no finite number');
  return value;
}

function over(own: unknown, scope: Scope, join: (values: readonly number[]) => number): Value {
  const parts = (own as unknown[]).map((each) => expression(each, scope));
  return (point, scores) => join(parts.map((part) => part(point, scores)));
}

function on(own: unknown, scope: Scope, change: (value: number) => number): Value {
  const part = expression(own, scope);
  return (point, scores) => finite(change(part(point, scores)));
}

/** @param shape by the way from the target in scales, and the value at one scale */
function decay(own: Node, scope: Scope, shape: (way: number, midpoint: number) => number): Value {
  const { x, target = 0, scale = 1, midpoint = 0.5 } = own;
  const [value, wanted] = [expression(x, scope), expression(target, scope)];
  return (point, scores) =>
    shape(Math.abs(value(point, scores) - wanted(point, scores)) / (scale as number), midpoint as number);
}

function score(name: string, { defaults }: Scope): Value {
  const at = Number(/^\$score\[(\d+)\]$/.exec(name)?.[1] ?? 0);
  const missing = defaults[name] ?? 0;
  return (_, scores) => scores[at] ?? (missing as number);
}

function field(key: string, { defaults }: Scope): Value {
  return ({ payload }) => {
    const [value = defaults[key]] = valuesAt(payload, key);
    if (typeof value === 'number') return value;
    throw new LeftOut('formulas over fields that hold no number');
  };
}

function time(key: string, { defaults }: Scope): Value {
  return ({ payload }) => {
    const [value = defaults[key] ?? null] = valuesAt(payload, key);
    const found = timeOf(value);
    if (found === undefined) throw new LeftOut('formulas over fields that hold no time');
    return found / 1e6;
  };
}

/** 1 where it is met. */
function condition(node: Condition, { collection }: Scope): Value {
  const filter: Filter = { must: [node] };
  if (conditionsOf(filter).length === 0) throw new LeftOut('formulas with empty conditions');
  const isMet = compile(filter, collection, 'internal.query.formula');
  return (point) => Number(isMet(point));
}
