import type { SimulatedRequest } from '../kit/simulator.ts';
import { Collection } from './collection.ts';
import { difference } from './compare.ts';
import { recordings } from './recordings.ts';
import type { Exchange } from './recordings.ts';
import { QdrantStandIn } from './server.ts';

export interface Replayed {
  readonly scenario: string;
  readonly place: number;
  readonly operation: string;
  /** A call that `stores/qdrant` makes, of a collection as it may make it. */
  readonly isOfTheAdapter: boolean;
  readonly exchange: Exchange;
  readonly outcome: 'same' | 'left out' | 'different';
  /** What was left out, or what differs. */
  readonly detail: string;
}

const TIE_ATTEMPTS = 400;

/** What `stores/qdrant` calls: method and path. */
const OF_THE_ADAPTER = new Set([
  'GET /aliases',
  'POST /collections/aliases',
  'GET /collections/{name}',
  'PUT /collections/{name}',
  'PATCH /collections/{name}',
  'DELETE /collections/{name}',
  'PUT /collections/{name}/index',
  'PUT /collections/{name}/points',
  'POST /collections/{name}/points',
  'POST /collections/{name}/points/batch',
  'POST /collections/{name}/points/count',
  'POST /collections/{name}/points/delete',
  'POST /collections/{name}/points/query',
  'POST /collections/{name}/points/query/batch',
  'POST /collections/{name}/points/scroll',
  'PUT /collections/{name}/points/vectors',
  'POST /collections/{name}/points/vectors/delete',
]);

/** Sends each recorded exchange to the stand-in, in order, and compares its answer with the server's. */
export function replay(): Replayed[] {
  return recordings().flatMap(({ name, exchanges }) => {
    const standIn = new QdrantStandIn(keysOf(exchanges));
    for (const { name } of heldBefore(exchanges)) standIn.collections.set(name, new Collection({}));
    const fromFiles = new FromFiles();
    return exchanges.map((exchange, place) => {
      const operation = operationOf(exchange);
      fromFiles.note(exchange);
      return {
        scenario: name,
        place,
        operation,
        isOfTheAdapter: OF_THE_ADAPTER.has(operation) && !fromFiles.holds(exchange),
        exchange,
        ...ask(standIn, exchange),
      };
    });
  });
}

/** Collections that were made from a file elsewhere, as `stores/qdrant` never makes one. */
class FromFiles {
  readonly #names = new Set<string>();

  note({ method, path, body }: Exchange): void {
    const [, name = '', rest] = /^\/collections\/([^/]+)(\/snapshots\/recover)?/.exec(path) ?? [];
    const { location } = (body ?? {}) as { location?: unknown };
    if (rest !== undefined && String(location).startsWith('http')) this.#names.add(name);
    if (method === 'DELETE' && path === `/collections/${name}`) this.#names.delete(name);
  }

  holds({ path }: Exchange): boolean {
    return this.#names.has(/^\/collections\/([^/]+)/.exec(path)?.[1] ?? '');
  }
}

export function ask(standIn: QdrantStandIn, exchange: Exchange): Pick<Replayed, 'outcome' | 'detail'> {
  const { method, path, query = {}, headers = {}, body, raw_body: text } = exchange;
  const url = new URL(`http://stand-in${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const raw = Buffer.from(text ?? (body === undefined || body === null ? '' : JSON.stringify(body)));
  const request = {
    method,
    url,
    target: path,
    headers: lower(headers),
    raw,
    body: text === undefined ? body : parsed(text),
  };
  let result = outcomeOf(standIn, request, exchange);
  // Where equal scores meet a limit several answers are right: one of those that the stand-in gives has to be the server's.
  const mayRepeat = /\/points\/query/.test(path);
  for (let more = 0; more < TIE_ATTEMPTS && mayRepeat && result.outcome === 'different'; more++)
    result = outcomeOf(standIn, request, exchange);
  return result;
}

function outcomeOf(
  standIn: QdrantStandIn,
  request: SimulatedRequest,
  exchange: Exchange,
): Pick<Replayed, 'outcome' | 'detail'> {
  const answer = standIn.answer(request);
  if (answer.status === 501) return { outcome: 'left out', detail: reasonOf(answer.body) };
  const isStatusOnly = exchange.unstable !== undefined;
  const text = exchange.response_text ?? '';
  const isJson = typeof answer.body === 'object' && text.startsWith('{');
  const wanted = exchange.response ?? (isJson ? JSON.parse(text) : text);
  // A reader of JSON would take other large numbers for the same.
  const large = (isJson ? text.match(/\d{17,}/g) : null) ?? [];
  if (!large.every((digits) => JSON.stringify(answer.body).includes(digits)))
    return { outcome: 'different', detail: `${large.join()} is not told` };
  const others = otherStatuses(exchange);
  const found =
    answer.status !== exchange.status && !others.includes(answer.status)
      ? `status ${answer.status} (${JSON.stringify(answer.body)?.slice(0, 200)}) instead of ${exchange.status}`
      : isStatusOnly
        ? undefined
        : difference(roundTrip(answer.body), wanted);
  return found === undefined ? { outcome: 'same', detail: '' } : { outcome: 'different', detail: found };
}

/** Some requests met another state when they were sent again: both answers are the server's. */
export function otherStatuses({ unstable }: Exchange): number[] {
  if (unstable === undefined) return [];
  return [...String(unstable).matchAll(/status (\d+) \/ (\d+)/g)].flatMap(([, first, second]) => [
    Number(first),
    Number(second),
  ]);
}

function operationOf({ method, path }: Exchange): string {
  const shape = path
    .replace(/^\/collections\/[^/]+/, '/collections/{name}')
    .replace(/\/points\/(?:\d+|[0-9a-f-]{36})$/, '/points/{id}')
    .replace(/\/(index|vectors|snapshots)\/[^/]+$/, '/$1/{field}');
  return `${method} ${shape}`;
}

/** The keys that a scenario about keys was recorded with: the one that may write, the one that may not. */
function keysOf(exchanges: readonly Exchange[]): { apiKey?: string; readOnlyApiKey?: string } {
  const keyed = (wanted: (exchange: Exchange) => boolean) =>
    exchanges.find((each) => each.headers?.['api-key'] !== undefined && wanted(each))?.headers?.['api-key'];
  const apiKey = keyed(({ method, status }) => method === 'PUT' && status === 200);
  const readOnlyApiKey = keyed(({ status }) => status === 403);
  return { ...(apiKey !== undefined && { apiKey }), ...(readOnlyApiKey !== undefined && { readOnlyApiKey }) };
}

/** Collections of another scenario that the server still held. */
function heldBefore([first]: readonly Exchange[]): readonly { readonly name: string }[] {
  if (first?.method !== 'GET' || first.path !== '/collections' || first.status !== 200) return [];
  return (first.response as { result: { collections: { name: string }[] } }).result.collections;
}

function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Floats as a reader of JSON gets them. */
function roundTrip(body: unknown): unknown {
  return typeof body === 'string' ? body : JSON.parse(JSON.stringify(body ?? null));
}

function reasonOf(body: unknown): string {
  return (body as { status?: { error?: string } }).status?.error ?? '';
}
