import { createHash } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';
import { TOKENISER_VERSION } from '@fumikura/text';
import type { Schemas } from '@qdrant/js-client-rest';
import type { Call } from './client.ts';
import { statusOf } from './failures.ts';
import type { Averages } from './terms.ts';

/** Goes up with every change of payload, vectors or numbers of terms. */
const SCHEMA = 1;

/** What is fixed for a collection, kept in its metadata. */
export interface Shape {
  readonly schema: number;
  readonly tokeniser: string;
  readonly averages: Averages;
  readonly fingerprint?: Fingerprint;
}

export interface Layout {
  readonly shards?: number;
  readonly replicas?: number;
  /** Replicas that have to confirm a write. */
  readonly writeConsistency?: number;
  /** Keep vectors on disk; from about a million chunks. */
  readonly onDisk?: boolean;
}

export interface LiveCollection {
  readonly name: string;
  readonly shape: Shape;
}

const INDEXES: readonly (readonly [field: string, schema: Record<string, unknown>])[] = [
  ['acl_id', { type: 'integer', lookup: true, range: true }],
  ['source', { type: 'keyword', is_tenant: true }],
  ['doc', { type: 'keyword', enable_hnsw: false }],
  ...['ver', 'acl_ver', 'ord'].map(
    (field) => [field, { type: 'integer', lookup: true, range: true, enable_hnsw: false }] as const,
  ),
  ...['kind', 'lang', 'authors', 'labels'].map(
    (field) => [field, { type: 'keyword', enable_hnsw: false }] as const,
  ),
  ['updated', { type: 'datetime', enable_hnsw: false }],
];

export function shapeOf(averages: Averages, fingerprint?: Fingerprint): Shape {
  return { schema: SCHEMA, tokeniser: TOKENISER_VERSION, averages, ...(fingerprint && { fingerprint }) };
}

/**
 * The collection that the alias leads to; made with `averages` when there is none yet.
 * @throws AppError STORE_NEWER, STORE_OLDER (config) for one that this program cannot use
 */
export async function openCollection(
  call: Call,
  alias: string,
  averages: Averages,
  layout: Layout,
): Promise<LiveCollection> {
  const known = await liveCollection(call, alias);
  if (known) return known;
  const name = collectionName(alias, undefined, 1);
  await createCollection(call, name, shapeOf(averages), layout);
  // Another process may have been first: then the alias is there, and leads to a collection of the same name.
  await pointAlias(call, alias, name);
  const made = await liveCollection(call, alias);
  if (made) return made;
  throw new AppError('STORE_UNREACHABLE', 'transient', `the alias ${alias} leads nowhere`);
}

export async function liveCollection(call: Call, alias: string): Promise<LiveCollection | undefined> {
  const name = await ledTo(call, alias);
  return name === undefined ? undefined : { name, shape: await readShape(call, name) };
}

async function readShape(call: Call, name: string): Promise<Shape> {
  const { config } = (await call((_, send) =>
    send('GET', `/collections/${name}`),
  )) as Schemas['CollectionInfo'];
  const shape = (config as { metadata?: Partial<Shape> }).metadata;
  if (shape?.schema === undefined || !shape.averages)
    throw new AppError('STORE_DAMAGED', 'config', `${name} has no description of ours`, {
      publicMessage: `The collection ${name} belongs to another program. Choose another name for the index.`,
    });
  if (shape.schema > SCHEMA)
    throw new AppError('STORE_NEWER', 'config', `schema ${shape.schema}, this program knows ${SCHEMA}`, {
      publicMessage: `The collection ${name} was made by a newer Fumikura. Install the newer version.`,
    });
  if (shape.schema < SCHEMA || shape.tokeniser !== TOKENISER_VERSION)
    throw new AppError('STORE_OLDER', 'config', `schema ${shape.schema}, tokeniser ${shape.tokeniser}`, {
      publicMessage: `The collection ${name} was made by another version. Rebuild the index: fumi index rebuild.`,
    });
  return shape as Shape;
}

/** Indexes come before the first point: building them later costs more, and strict mode refuses filters without them. */
export async function createCollection(
  call: Call,
  name: string,
  shape: Shape,
  layout: Layout,
): Promise<void> {
  const { fingerprint } = shape;
  const sparse = { modifier: 'idf' as const };
  const body = {
    vectors: fingerprint
      ? {
          dense: {
            size: fingerprint.dimension,
            distance: 'Cosine' as const,
            ...(layout.onDisk && { on_disk: true }),
          },
        }
      : {},
    sparse_vectors: { chunk: sparse, document: sparse, title: sparse },
    quantization_config: { scalar: { type: 'int8' as const, quantile: 0.99, always_ram: true } },
    strict_mode_config: {
      enabled: true,
      unindexed_filtering_retrieve: false,
      unindexed_filtering_update: false,
      search_allow_exact: true,
      max_query_limit: 1_000,
    },
    ...(layout.shards !== undefined && { shard_number: layout.shards }),
    ...(layout.replicas !== undefined && { replication_factor: layout.replicas }),
    ...(layout.writeConsistency !== undefined && { write_consistency_factor: layout.writeConsistency }),
    metadata: shape as unknown as Record<string, unknown>,
  };
  try {
    await call((client) => client.createCollection(name, body));
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
  }
  for (const [field, schema] of INDEXES)
    await call((client) =>
      client.createPayloadIndex(name, { field_name: field, field_schema: schema as never, wait: true }),
    );
}

export async function allAliases(call: Call): Promise<readonly Schemas['AliasDescription'][]> {
  const { aliases } = (await call((_, send) =>
    send('GET', '/aliases'),
  )) as Schemas['CollectionsAliasesResponse'];
  return aliases;
}

/** Where an alias leads, if it is there. */
export async function ledTo(call: Call, alias: string): Promise<string | undefined> {
  return (await allAliases(call)).find((each) => each.alias_name === alias)?.collection_name;
}

export async function removeAlias(call: Call, alias: string): Promise<void> {
  await call((client) =>
    client.updateCollectionAliases({ actions: [{ delete_alias: { alias_name: alias } }] }),
  );
}

/** One action: two would leave no alias when the second one fails. */
export async function pointAlias(call: Call, alias: string, name: string): Promise<void> {
  await call((client) =>
    client.updateCollectionAliases({
      actions: [{ create_alias: { alias_name: alias, collection_name: name } }],
    }),
  );
}

export async function setShape(call: Call, name: string, shape: Shape): Promise<void> {
  await call((client) =>
    client.updateCollection(name, { metadata: shape as unknown as Record<string, unknown> }),
  );
}

export function collectionName(
  alias: string,
  fingerprint: Fingerprint | undefined,
  generation: number,
): string {
  const model = fingerprint
    ? createHash('sha256').update(JSON.stringify(fingerprint)).digest('hex').slice(0, 8)
    : 'words';
  return `${alias}_${model}_${generation}`;
}
