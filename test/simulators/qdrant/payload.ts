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
  const named = [...(include ?? []), ...(exclude ?? [])].find((path) => /[.[\]"]/.test(path));
  if (named !== undefined) throw new LeftOut('payload selectors that enter objects');
  return Object.fromEntries(
    Object.entries(payload).filter(([key]) => (include ? include.includes(key) : !exclude?.includes(key))),
  );
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
