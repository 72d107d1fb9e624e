import { existsSync } from 'node:fs';
import { startSimulator } from '../kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../kit/simulator.ts';
import { loadSpecification } from '../kit/specification.ts';
import { Aliases } from './aliases.ts';
import { bodyOf } from './body.ts';
import { Collection } from './collection.ts';
import { idJson, idOf } from './ids.ts';
import { createIndex } from './index-schema.ts';
import { checkKey, OPEN_PATHS } from './keys.ts';
import type { Keys } from './keys.ts';
import { addVectors, dropVectors } from './named-vectors.ts';
import {
  checkFolder,
  checkLength,
  checkName,
  checkTimeoutParameter,
  checkWriteParameters,
} from './parameters.ts';
import type { Json } from './payload.ts';
import type { Body } from './points.ts';
import { READS } from './reads.ts';
import { absent, LeftOut, notFound, Refusal, Unreadable, wrongInput } from './refusal.ts';
import { vectorsJson } from './search.ts';
import { checkLocation } from './snapshots.ts';
import { checkTimeout } from './strict.ts';
import { write, writeAll } from './writes.ts';

const SPECIFICATION = new URL('../../../../shared/specs/qdrant.json', import.meta.url);
const VERSION = {
  title: 'qdrant - vector search engine',
  version: '1.18.3',
  commit: '8828a92580c00715f45f7260a6c5f0458dbbe6cc',
};

export interface QdrantOptions extends Keys {
  /** Judge requests by the vendor's description, where it lies beside the checkout. */
  readonly judged?: boolean;
  /** For the order of equal scores; default random. */
  readonly random?: () => number;
}

/** A Qdrant 1.18.3 that holds everything in memory and looks at every point: what it answers, and nothing of its speed. */
export class QdrantStandIn {
  readonly collections = new Map<string, Collection>();
  readonly #aliases = new Aliases(this.collections);
  /** Collections that hold what is left out, and why nothing is known of them. */
  readonly #leftOut = new Map<string, string>();
  /** Those of them that were made and hold something unknown since. */
  readonly #unknown = new Set<string>();
  readonly #options: QdrantOptions;

  constructor(options: QdrantOptions = {}) {
    this.#options = options;
  }

  answer(request: SimulatedRequest): SimulatedAnswer {
    if (request.method === 'OPTIONS') return { status: 200, body: '' };
    const keyed = checkKey(request, this.#options);
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

  #route(request: SimulatedRequest): { result?: Json; whole?: Json | string } | undefined {
    const { method, url } = request;
    const path = request.target?.split('?')[0] ?? url.pathname;
    const [first = '', second, ...rest] = path.slice(1).split('/').map(decodeURIComponent);
    if (first === '' && method === 'GET') return { whole: VERSION };
    if (['healthz', 'livez'].includes(first) && method === 'GET') return { whole: 'healthz check passed' };
    if (first === 'readyz' && method === 'GET') return { whole: 'all shards are ready' };
    if (first === 'aliases' && method === 'GET') return { result: { aliases: this.#aliases.list() } };
    if (['cluster', 'telemetry', 'metrics', 'snapshots', 'issues'].includes(first))
      throw new LeftOut(`/${first}`);
    if (first !== 'collections') return undefined;
    if (second === undefined)
      return method === 'GET'
        ? { result: { collections: [...this.collections.keys()].map((name) => ({ name })) } }
        : undefined;
    if (second === 'aliases' && method === 'POST' && rest.length === 0)
      return { result: this.#aliases.change(bodyOf(request)) };
    checkLength(second);
    const result =
      rest.length === 0 ? this.#onCollection(second, request) : this.#inCollection(second, rest, request);
    return result === undefined ? undefined : { result };
  }

  #onCollection(name: string, request: SimulatedRequest): Json | undefined {
    const { method } = request;
    if (method === 'GET') return this.#find(name).info();
    if (method === 'PATCH') {
      const collection = this.#find(name);
      return this.#guarded(name, () => {
        collection.update(bodyOf(request) as never);
        return true;
      });
    }
    if (method === 'DELETE') {
      checkFolder(name);
      this.#unknown.delete(name);
      const wasLeftOut = this.#leftOut.delete(name);
      this.#aliases.forget(name);
      return this.collections.delete(name) || wasLeftOut;
    }
    return method === 'PUT' ? this.#create(name, request) : undefined;
  }

  #create(name: string, request: SimulatedRequest): Json {
    checkName(name);
    checkTimeoutParameter(request.url);
    const body = bodyOf(request);
    const isThere = this.collections.has(name) || this.#unknown.has(name);
    try {
      const made = new Collection(body as never);
      if (isThere) throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
      if (this.#aliases.has(name))
        throw wrongInput(
          `Can't create collection with name ${name}. Alias with the same name already exists`,
        );
      this.collections.set(name, made);
    } catch (error) {
      if (changesUnknown(error) && !isThere) this.#leftOut.set(name, (error as LeftOut).message);
      throw error;
    }
    this.#leftOut.delete(name);
    return true;
  }

  #inCollection(name: string, path: readonly string[], request: SimulatedRequest): Json | undefined {
    const { method, url } = request;
    const route = `${method} ${path.join('/')}`;
    if (route === 'GET exists') return { exists: this.collections.has(name) || this.#aliases.has(name) };
    if (route === 'GET aliases')
      return { aliases: this.#aliases.list().filter(({ collection_name: target }) => target === name) };
    if (method === 'GET' && path[0] === 'points' && path.length === 2)
      return this.#retrieve(name, path[1] ?? '');
    if (path[0] === 'index' || (path[0] === 'vectors' && path.length === 2))
      return this.#onSchema(name, path, request);
    const written = WRITES[route];
    if (written !== undefined)
      return this.#guarded(name, () => this.#write(this.#find(name), written, request));
    const read = READS[route];
    if (read) {
      const body = bodyOf(request, route === 'POST points/query' ? 'QueryRequest' : undefined);
      const collection = this.#find(name);
      checkTimeout(collection, numberOf(url.searchParams.get('timeout')));
      const find = (other: string) => this.collections.get(this.#aliases.targetOf(other));
      return read({ collection, find, shuffle: this.#options.random ?? Math.random }, body);
    }
    if (route === 'PUT snapshots/recover') checkLocationOf(request, (error) => this.#lose(name, error, true));
    if (LEFT_OUT.test(route)) throw new LeftOut(`${method} …/${path.join('/')}`);
    return undefined;
  }

  #onSchema(name: string, [kind, field]: readonly string[], request: SimulatedRequest): Json | undefined {
    const { method, url } = request;
    const isIndex = kind === 'index';
    const collection = this.#find(name);
    if (method === 'PUT' && isIndex === (field === undefined)) {
      const body = bodyOf(request);
      if (isIndex) createIndex(collection, body);
      else addVectors(collection, field ?? '', body);
      return done(collection.operation, url);
    }
    if (method !== 'DELETE' || field === undefined) return undefined;
    if (isIndex) {
      collection.indexes.delete(field);
      collection.operation++;
    } else dropVectors(collection, field);
    return done(collection.operation, url);
  }

  #write(collection: Collection, operation: string, request: SimulatedRequest): Json {
    checkWriteParameters(request.url);
    const body = bodyOf(request);
    const result = () => done(collection.operation, request.url);
    if (operation === 'batch')
      return writeAll(collection, body['operations'] as Record<string, Body>[], result);
    write(collection, operation, body);
    return result();
  }

  #retrieve(name: string, text: string): Json {
    const collection = this.#find(name);
    if (!/^\d+$|^[0-9a-f-]{32,36}$/i.test(text)) throw wrongInput(`Can not recognize "${text}" as point id`);
    const id = idOf(/^\d+$/.test(text) ? Number(text) : text);
    const point = collection.points.get(id);
    if (!point) throw notFound(`Point with id ${id} does not exists!`);
    return { id: idJson(point.id), payload: point.payload, ...vectorsJson(point, true) };
  }

  /** After a change of something that is left out nothing is known of what the collection holds. */
  #guarded<T>(name: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (changesUnknown(error)) this.#lose(name, error as LeftOut);
      throw error;
    }
  }

  #lose(name: string, { message }: LeftOut, isMade = false): void {
    if (!this.collections.delete(name) && !isMade) return;
    this.#leftOut.set(name, message);
    this.#unknown.add(name);
  }

  #find(name: string): Collection {
    const left = this.#leftOut.get(name);
    if (left !== undefined) throw new Refusal(501, left);
    const collection = this.collections.get(this.#aliases.targetOf(name));
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
const LEFT_OUT =
  /^(?:POST facet|POST points\/query\/groups|POST points\/search.*|POST points\/recommend.*|\w+ snapshots.*|\w+ shards.*|GET cluster|GET optimizations)$/;

function checkLocationOf(request: SimulatedRequest, lose: (error: LeftOut) => void): void {
  try {
    checkLocation(bodyOf(request)['location']);
  } catch (error) {
    if (error instanceof LeftOut) lose(error);
    throw error;
  }
}

function done(operation: number, url: URL): Json {
  const isWaited = url.searchParams.get('wait') === 'true';
  return { operation_id: operation, status: isWaited ? 'completed' : 'acknowledged' };
}

function changesUnknown(error: unknown): boolean {
  return error instanceof LeftOut && !(error instanceof Unreadable);
}

function refused({ status, message, headers }: Refusal): SimulatedAnswer {
  return { status, body: { status: { error: message }, time: 0 }, ...(headers && { headers }) };
}

function numberOf(text: string | null): number | undefined {
  return text === null ? undefined : Number(text);
}
