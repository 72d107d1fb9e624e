import { existsSync } from 'node:fs';
import { startSimulator } from '../kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../kit/simulator.ts';
import { loadSpecification } from '../kit/specification.ts';
import { Collection } from './collection.ts';
import { createIndex } from './index-schema.ts';
import { checkLength, checkName, checkWriteParameters } from './parameters.ts';
import type { Json } from './payload.ts';
import { apply, idOf } from './points.ts';
import { READS } from './reads.ts';
import { LeftOut, notFound, Refusal, Unreadable, wrongInput } from './refusal.ts';
import { vectorsJson } from './search.ts';
import { checkTimeout } from './strict.ts';

const SPECIFICATION = new URL('../../../../shared/specs/qdrant.json', import.meta.url);
const VERSION = {
  title: 'qdrant - vector search engine',
  version: '1.18.3',
  commit: '8828a92580c00715f45f7260a6c5f0458dbbe6cc',
};
const MAX_BODY = 33_554_432;
const OPEN_PATHS = ['/', '/healthz', '/livez', '/readyz'];

export interface QdrantOptions {
  readonly apiKey?: string;
  readonly readOnlyApiKey?: string;
  /** Judge requests by the vendor's description, where it lies beside the checkout. */
  readonly judged?: boolean;
  /** For the order of equal scores; default random. */
  readonly random?: () => number;
}

type Body = Readonly<Record<string, unknown>>;

/** A Qdrant 1.18.3 that holds everything in memory and looks at every point: what it answers, and nothing of its speed. */
export class QdrantStandIn {
  readonly collections = new Map<string, Collection>();
  readonly aliases = new Map<string, string>();
  /** Names of collections that were refused because they hold what is left out. */
  readonly #leftOut = new Map<string, string>();
  /** Those of them that were made and hold something unknown since. */
  readonly #unknown = new Set<string>();
  readonly #options: QdrantOptions;
  readonly #random: () => number;

  constructor(options: QdrantOptions = {}) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  answer(request: SimulatedRequest): SimulatedAnswer {
    const keyed = this.#checkKey(request);
    if (keyed) return keyed;
    try {
      const found = this.#route(request);
      if (found === undefined) return { status: 404, body: '' };
      return { status: 200, body: found.whole ?? { result: found.result, status: 'ok', time: 0.0001 } };
    } catch (error) {
      // Bodies of another shape than described are refused by the server in words that are not imitated.
      if (error instanceof TypeError) return refused(new LeftOut('bodies of a shape that is not described'));
      if (!(error instanceof Refusal)) throw error;
      return refused(error);
    }
  }

  #checkKey({ url, headers, method }: SimulatedRequest): SimulatedAnswer | undefined {
    const { apiKey, readOnlyApiKey } = this.#options;
    if (apiKey === undefined || OPEN_PATHS.includes(url.pathname)) return undefined;
    const given = headers['api-key'] ?? headers['authorization']?.replace(/^Bearer /, '');
    if (given === undefined)
      return { status: 401, body: 'Must provide an API key or an Authorization bearer token' };
    if (given === apiKey) return undefined;
    if (given !== readOnlyApiKey) return { status: 401, body: 'Invalid API key or JWT' };
    // What such a key may read lies below one collection or in the list of them.
    const reads =
      method === 'GET' || /\/points(?:\/(?:query|query\/batch|scroll|count))?$/.test(url.pathname);
    if (reads && method !== 'PUT') return undefined;
    return {
      status: 403,
      body: { status: { error: 'Forbidden: Global manage access is required' }, time: 0 },
    };
  }

  #route(request: SimulatedRequest): { result?: Json; whole?: Json | string } | undefined {
    const { method, url } = request;
    const [first = '', second, ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent);
    if (first === '' && method === 'GET') return { whole: VERSION };
    if (['healthz', 'livez'].includes(first) && method === 'GET') return { whole: 'healthz check passed' };
    if (first === 'readyz' && method === 'GET') return { whole: 'all shards are ready' };
    if (first === 'aliases' && method === 'GET') return { result: { aliases: this.#aliasList() } };
    if (['cluster', 'telemetry', 'metrics', 'snapshots', 'issues', 'locks'].includes(first))
      throw new LeftOut(`/${first}`);
    if (first !== 'collections') return undefined;
    if (second === undefined)
      return method === 'GET'
        ? { result: { collections: [...this.collections.keys()].map((name) => ({ name })) } }
        : undefined;
    if (second === 'aliases' && method === 'POST' && rest.length === 0)
      return { result: this.#changeAliases(bodyOf(request)) };
    const result =
      rest.length === 0 ? this.#onCollection(second, request) : this.#inCollection(second, rest, request);
    return result === undefined ? undefined : { result };
  }

  #onCollection(name: string, request: SimulatedRequest): Json | undefined {
    const { method } = request;
    if (method === 'GET') return this.#find(name).info();
    if (method === 'PATCH') {
      try {
        this.#find(name).update(bodyOf(request) as never);
      } catch (error) {
        if (changesUnknown(error)) this.#lose(name, error as LeftOut);
        throw error;
      }
      return true;
    }
    if (method === 'DELETE') {
      checkLength(name);
      this.#unknown.delete(name);
      const wasLeftOut = this.#leftOut.delete(name);
      for (const [alias, target] of this.aliases) if (target === name) this.aliases.delete(alias);
      return this.collections.delete(name) || wasLeftOut;
    }
    if (method !== 'PUT') return undefined;
    checkName(name);
    if (this.collections.has(name) || this.#unknown.has(name))
      throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
    if (this.aliases.has(name))
      throw wrongInput(`Can't create collection with name ${name}. Alias with the same name already exists`);
    try {
      this.collections.set(name, new Collection(bodyOf(request) as never));
    } catch (error) {
      if (changesUnknown(error)) this.#leftOut.set(name, (error as LeftOut).message);
      throw error;
    }
    this.#leftOut.delete(name);
    return true;
  }

  #inCollection(name: string, path: readonly string[], request: SimulatedRequest): Json | undefined {
    const { method, url } = request;
    const route = `${method} ${path.join('/')}`;
    if (route === 'GET exists') return { exists: this.collections.has(name) || this.aliases.has(name) };
    if (route === 'GET aliases')
      return { aliases: this.#aliasList().filter(({ collection_name: target }) => target === name) };
    if (method === 'GET' && path[0] === 'points' && path.length === 2)
      return this.#retrieve(name, path[1] ?? '');
    if (route === 'PUT index') {
      const body = bodyOf(request);
      const collection = this.#find(name);
      createIndex(collection, body);
      return done(collection.operation, url);
    }
    if (method === 'DELETE' && path[0] === 'index' && path.length === 2) {
      const collection = this.#find(name);
      collection.indexes.delete(path[1] ?? '');
      return done(++collection.operation, url);
    }
    const written = WRITES[route];
    if (written !== undefined) {
      try {
        return this.#write(name, written, request);
      } catch (error) {
        if (changesUnknown(error)) this.#lose(name, error as LeftOut);
        throw error;
      }
    }
    const read = READS[route];
    if (read) {
      const body = bodyOf(request);
      const collection = this.#find(name);
      checkTimeout(collection, numberOf(url.searchParams.get('timeout')));
      return read(collection, body, this.#random);
    }
    if (LEFT_OUT.test(route)) {
      const error = new LeftOut(`${method} …/${path.join('/')}`);
      if (CHANGES.test(route)) this.#lose(name, error, true);
      throw error;
    }
    return undefined;
  }

  #write(name: string, operation: string, request: SimulatedRequest): Json {
    checkWriteParameters(request.url);
    const body = bodyOf(request);
    const collection = this.#find(name);
    if (operation !== 'batch') {
      apply(collection, operation, body);
      return done(collection.operation, request.url);
    }
    return (body['operations'] as Body[]).map((each) => {
      const [[kind, own] = ['', {}]] = Object.entries(each) as [string, Body][];
      apply(collection, kind, Array.isArray(own) ? { points: own as unknown } : own);
      return done(collection.operation, request.url);
    });
  }

  #retrieve(name: string, text: string): Json {
    const collection = this.#find(name);
    if (!/^\d+$|^[0-9a-f-]{32,36}$/i.test(text)) throw wrongInput(`Can not recognize "${text}" as point id`);
    const id = idOf(/^\d+$/.test(text) ? Number(text) : text);
    const point = collection.points.get(id);
    if (!point) throw notFound(`Point with id ${id} does not exists!`);
    return { id: point.id, payload: point.payload, ...vectorsJson(point, true) };
  }

  #changeAliases(body: Body): Json {
    for (const action of body['actions'] as Record<string, Record<string, string>>[]) {
      const { create_alias: create, delete_alias: remove, rename_alias: rename } = action;
      if (create) {
        const { collection_name: target = '', alias_name: alias = '' } = create;
        if (!this.collections.has(target)) throw absent(target);
        if (this.collections.has(alias))
          throw new Refusal(409, `Wrong input: Collection \`${alias}\` already exists!`);
        this.aliases.set(alias, target);
      } else if (remove) this.aliases.delete(remove['alias_name'] ?? '');
      else if (rename) {
        const { old_alias_name: from = '', new_alias_name: to = '' } = rename;
        const target = this.aliases.get(from);
        if (target === undefined) throw notFound(`Alias ${from} does not exists!`);
        this.aliases.delete(from);
        this.aliases.set(to, target);
      }
    }
    return true;
  }

  #aliasList(): { alias_name: string; collection_name: string }[] {
    return [...this.aliases].map(([alias, collection]) => ({
      alias_name: alias,
      collection_name: collection,
    }));
  }

  /** What the collection holds from here on is not known. */
  #lose(name: string, { message }: LeftOut, isMade = false): void {
    if (!this.collections.delete(name) && !isMade) return;
    this.#leftOut.set(name, message);
    this.#unknown.add(name);
  }

  #find(name: string): Collection {
    const left = this.#leftOut.get(name);
    if (left !== undefined) throw new Refusal(501, left);
    const collection = this.collections.get(this.aliases.get(name) ?? name);
    if (!collection) throw absent(name);
    return collection;
  }
}

/** Started as a server of its own on loopback. */
export async function startQdrant(
  options: QdrantOptions = {},
): Promise<Simulator & { readonly standIn: QdrantStandIn }> {
  const standIn = new QdrantStandIn(options);
  const isJudged = (options.judged ?? true) && existsSync(SPECIFICATION);
  const simulator = await startSimulator({
    answer: (request) => standIn.answer(request),
    ...(isJudged && { specifications: [loadSpecification(SPECIFICATION, { lenient: ['format'] })] }),
    undescribed: (path) => OPEN_PATHS.includes(path),
  });
  return Object.assign(simulator, { standIn });
}

const WRITES: Readonly<Record<string, string>> = {
  'PUT points': 'upsert',
  'POST points/delete': 'delete',
  'POST points/payload': 'set_payload',
  'PUT points/payload': 'overwrite_payload',
  'POST points/payload/delete': 'delete_payload',
  'POST points/payload/clear': 'clear_payload',
  'PUT points/vectors': 'update_vectors',
  'POST points/vectors/delete': 'delete_vectors',
  'POST points/batch': 'batch',
};
/** Of those left out: what gives a collection other vectors, or makes one. */
const CHANGES = /^(?:(?:PUT|DELETE) vectors\/.*|(?:PUT|POST) snapshots\/(?:recover|upload).*)$/;
const LEFT_OUT =
  /^(?:POST facet|POST points\/query\/groups|POST points\/search.*|POST points\/recommend.*|\w+ snapshots.*|\w+ shards.*|GET cluster|GET optimizations|\w+ vectors\/.*)$/;

function done(operation: number, url: URL): Json {
  const isWaited = url.searchParams.get('wait') === 'true';
  return { operation_id: operation, status: isWaited ? 'completed' : 'acknowledged' };
}

function changesUnknown(error: unknown): boolean {
  return error instanceof LeftOut && !(error instanceof Unreadable);
}

function refused({ status, message }: Refusal): SimulatedAnswer {
  return { status, body: { status: { error: message }, time: 0 } };
}

function absent(name: string): Refusal {
  return notFound(`Collection \`${name}\` doesn't exist!`);
}

function bodyOf({ raw, body }: SimulatedRequest): Body {
  if (raw.byteLength > MAX_BODY)
    throw new Refusal(
      400,
      `JSON payload (${raw.byteLength} bytes) is larger than allowed (limit: ${MAX_BODY} bytes).`,
    );
  if (body === null || typeof body !== 'object')
    throw new Unreadable('the wording for bodies that are no JSON object');
  return body as Body;
}

function numberOf(text: string | null): number | undefined {
  return text === null ? undefined : Number(text);
}
