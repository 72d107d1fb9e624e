import type { Exchange } from './recordings.ts';

/** An exchange whose body was recorded as a description of how it was made, with the body itself. */
export function spelledOut(exchange: Exchange): Exchange {
  const { body, raw_body: text } = exchange;
  if (text !== undefined) return { ...exchange, raw_body: textOf(text) };
  return typeof body === 'object' || typeof body === 'string'
    ? { ...exchange, body: madeOf(body) }
    : exchange;
}

function madeOf(value: unknown): unknown {
  if (typeof value === 'string') return listOf(value) ?? pointsOf(value) ?? conditionsOf(value) ?? value;
  if (Array.isArray(value)) return value.map(madeOf);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, madeOf(each)]));
}

function listOf(text: string): number[] | undefined {
  const [, from, to] = /^<(\d+)\.\.(-?\d+)>$/.exec(text) ?? [];
  return from === undefined ? undefined : numbers(Number(from), Number(to));
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

const POINTS =
  /^<ids (\d+)\.\.(\d+): vector\.dense=\[\(\(id-1\)\*13\)%101,\(id-1\)%7,1,0\], payload\.acl_id=\(id\*7\)%100003>$/;

function pointsOf(text: string): object | undefined {
  const [, from, to] = POINTS.exec(text) ?? [];
  if (from === undefined) return undefined;
  const points = numbers(Number(from), Number(to)).map((id) => ({
    id,
    vector: { dense: [((id - 1) * 13) % 101, (id - 1) % 7, 1, 0] },
    payload: { acl_id: (id * 7) % 100_003 },
  }));
  return { points };
}

function conditionsOf(text: string): object[] | undefined {
  const [, from, to] = /^<acl_id = (\d+)\.\.(\d+), one condition each>$/.exec(text) ?? [];
  if (from === undefined) return undefined;
  return numbers(Number(from), Number(to)).map((value) => ({ key: 'acl_id', match: { value } }));
}

function textOf(text: string): string {
  const [, bytes] = /^<one point with a payload string of (\d+) bytes>$/.exec(text) ?? [];
  if (bytes !== undefined) {
    const payload = { s: 'x'.repeat(Number(bytes)) };
    return JSON.stringify({ points: [{ id: 1, vector: { dense: [1, 0, 0, 0] }, payload }] });
  }
  const [, depth] = /^<filter: .* nested (\d+) deep around one match>$/.exec(text) ?? [];
  if (depth === undefined) return text;
  let condition: object = { key: 'n', match: { value: 1 } };
  for (let level = 0; level < Number(depth); level++) condition = { must: [condition] };
  return JSON.stringify({ query: [1, 0, 0, 0], using: 'dense', filter: condition });
}
