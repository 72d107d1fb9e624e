import { badFormat, LeftOut } from './refusal.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Payload = { [key: string]: Json };

type Segment = string | number | 'EACH';

const kept = new Map<string, readonly Segment[]>();

/** `a.b`, `a[].b`, `a[0]`, `"a.b".c`. */
function parsePath(path: string): readonly Segment[] {
  const known = kept.get(path);
  if (known) return known;
  const segments: Segment[] = [];
  const pattern = /(?:^|\.)(?:"([^"]*)"|([^.[\]"]+))|\[(\d*)\]/gy;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (!match) throw badFormat(`Invalid json path: '${path}'`);
    const [, quoted, plain, index] = match;
    if (index !== undefined) segments.push(index === '' ? 'EACH' : Number(index));
    else segments.push(`.${quoted ?? plain ?? ''}`);
  }
  if (segments.length === 0) throw badFormat(`Invalid json path: '${path}'`);
  kept.set(path, segments);
  return segments;
}

/** Every value the path leads to; arrays are entered only where it says so. */
export function valuesAt(payload: Json, path: string): Json[] {
  let values: Json[] = [payload];
  for (const segment of parsePath(path)) {
    values = values.flatMap((value): Json[] => {
      if (segment === 'EACH') return Array.isArray(value) ? [...(value as readonly Json[])] : [];
      if (typeof segment === 'number') {
        const found = Array.isArray(value) ? (value as readonly Json[])[segment] : undefined;
        return found === undefined ? [] : [found];
      }
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return [];
      const found = (value as Payload)[segment.slice(1)];
      return found === undefined ? [] : [found];
    });
  }
  return values;
}

/** Arrays are matched by any of their elements. */
export function elementsAt(payload: Json, path: string): Json[] {
  return valuesAt(payload, path).flatMap((value) => (Array.isArray(value) ? (value as Json[]) : [value]));
}

export type Selector =
  | boolean
  | readonly string[]
  | { readonly include?: readonly string[]; readonly exclude?: readonly string[] };

/** The part of a payload that a request asks for; undefined when it asks for none. */
export function select(payload: Payload, selector: Selector | undefined | null): Payload | undefined {
  if (selector === undefined || selector === null || selector === false) return undefined;
  if (selector === true) return payload;
  const { include, exclude } = 'length' in selector ? { include: selector, exclude: undefined } : selector;
  if (include) return picked(payload, include.map(parsePath)) as Payload;
  return removed(payload, exclude ?? []);
}

/** Only what the paths lead to; of an array that a path does not enter nothing. */
function picked(value: Json, paths: readonly (readonly Segment[])[]): Json {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value))
    return (value as Json[]).flatMap((each, at): Json[] => {
      const own = paths.filter(([first]) => first === 'EACH' || first === at).map((path) => path.slice(1));
      return own.length === 0 ? [] : [picked(each, own)];
    });
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value as Payload).flatMap(([key, each]): [string, Json][] => {
    const own = paths.filter(([first]) => first === `.${key}`).map((path) => path.slice(1));
    return own.length === 0 ? [] : [[key, picked(each, own)]];
  });
  return Object.fromEntries(entries);
}

/** Without what the paths lead to. */
export function removed(payload: Payload, paths: readonly string[]): Payload {
  const copy = structuredClone(payload);
  for (const path of paths) {
    const segments = parsePath(path);
    const last = segments.at(-1);
    for (const holder of holdersOf(copy, segments.slice(0, -1)))
      if (typeof last === 'string' && last.startsWith('.') && isObject(holder))
        Reflect.deleteProperty(holder, last.slice(1));
      else if (Array.isArray(holder) && last === 'EACH') holder.length = 0;
      else if (Array.isArray(holder)) throw new LeftOut('single places of an array deleted');
  }
  return copy;
}

/** With `values` in the objects that the path leads to, which are made where they are not there. */
export function assigned(payload: Payload, path: string | undefined, values: Payload): Payload {
  if (path === undefined) return { ...payload, ...values };
  const copy = structuredClone(payload);
  const segments = parsePath(path);
  for (const holder of holdersOf(copy, segments.slice(0, -1), true)) {
    const last = segments.at(-1);
    if (typeof last === 'string' && last.startsWith('.') && isObject(holder)) {
      const key = last.slice(1);
      const before = holder[key];
      holder[key] = { ...(isObject(before) ? before : {}), ...values };
    } else throw new LeftOut('payload set in places of an array');
  }
  return copy;
}

/** What a path leads to, by reference. @param isMade whether objects that are missing on the way are made */
function holdersOf(payload: Payload, segments: readonly Segment[], isMade = false): unknown[] {
  let holders: unknown[] = [payload];
  for (const segment of segments)
    holders = holders.flatMap((holder) => {
      if (segment === 'EACH') return Array.isArray(holder) ? (holder as unknown[]) : [];
      if (typeof segment === 'number')
        return Array.isArray(holder) && segment in holder ? [holder[segment]] : [];
      if (!isObject(holder)) return [];
      const key = segment.slice(1);
      if (isMade && holder[key] === undefined) holder[key] = {};
      return holder[key] === undefined ? [] : [holder[key]];
    });
  return holders;
}

function isObject(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Microseconds, or undefined for text that is no time to the server. */
export function timeOf(value: Json): number | undefined {
  if (typeof value !== 'string') return undefined;
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(
    value.trim(),
  );
  if (!match) return undefined;
  const [, date, time = '00:00:00', fraction = '', zone = 'Z'] = match;
  const clock = time.length === 5 ? `${time}:00` : time;
  const ms = Date.parse(`${date}T${clock}${zone.toUpperCase() === 'Z' ? 'Z' : zone}`);
  return Number.isNaN(ms) ? undefined : ms * 1_000 + Math.round(Number(`0${fraction || '.0'}`) * 1e6);
}
