import type { Json } from './payload.ts';
import { badFormat, invalid, LeftOut } from './refusal.ts';

export type Config = { [key: string]: Json };

const HNSW = {
  m: 16,
  ef_construct: 100,
  full_scan_threshold: 10_000,
  max_indexing_threads: 0,
  on_disk: false,
};
const OPTIMIZER = {
  deleted_threshold: 0.2,
  vacuum_min_vector_number: 1_000,
  default_segment_number: 2,
  max_segment_size: null,
  memmap_threshold: null,
  indexing_threshold: 10_000,
  flush_interval_sec: 5,
  max_optimization_threads: null,
  prevent_unoptimized: null,
};
const WAL = { wal_capacity_mb: 32, wal_segments_ahead: 0, wal_retain_closed: 1 };

/** Settings of a collection as they are told, defaults included. */
export function settingsOf(body: Config): Config {
  return {
    params: {
      vectors: body['vectors'] ?? {},
      shard_number: body['shard_number'] ?? 1,
      replication_factor: body['replication_factor'] ?? 1,
      write_consistency_factor: body['write_consistency_factor'] ?? 1,
      on_disk_payload: body['on_disk_payload'] ?? true,
      ...(body['sparse_vectors'] && { sparse_vectors: body['sparse_vectors'] }),
    },
    hnsw_config: { ...HNSW, ...given(body['hnsw_config']) },
    optimizer_config: { ...OPTIMIZER, ...given(body['optimizers_config']) },
    wal_config: { ...WAL, ...given(body['wal_config']) },
    quantization_config: body['quantization_config'] ?? null,
    ...(body['strict_mode_config'] && { strict_mode_config: body['strict_mode_config'] }),
    ...(body['metadata'] && { metadata: body['metadata'] }),
  };
}

/** What was asked for by null is left as it is. */
function given(config: Json | undefined): Config {
  return Object.fromEntries(Object.entries((config ?? {}) as Config).filter(([, value]) => value !== null));
}

export function checkCreation(body: Config): void {
  if ((body['sharding_method'] ?? null) !== null) throw new LeftOut('custom sharding');
  const range = (where: string, value: Json | undefined, least: number) => {
    if (typeof value === 'number' && value < 0)
      throw badFormat(`invalid value: integer \`${value}\`, expected u32`);
    if (typeof value === 'number' && value < least)
      throw invalid(`${where}: value ${value} invalid, must be ${least} or larger`);
  };
  range('shard_number', body['shard_number'], 1);
  range('replication_factor', body['replication_factor'], 1);
  range('write_consistency_factor', body['write_consistency_factor'], 1);
  range('hnsw_config.ef_construct', (body['hnsw_config'] as Config | undefined)?.['ef_construct'], 4);
  const share = (body['optimizers_config'] as Config | undefined)?.['deleted_threshold'];
  if (typeof share === 'number' && share > 1)
    throw invalid(
      `optimizers_config.deleted_threshold: value ${share.toFixed(1)} invalid, must be from 0.0 to 1.0`,
    );
  const scalar = ((body['quantization_config'] ?? {}) as Config)['scalar'] as Config | undefined;
  if (scalar && scalar['type'] !== 'int8')
    throw badFormat('data did not match any variant of untagged enum QuantizationConfig');
  checkStrict(body);
}

export function checkStrict(body: Config): void {
  const strict = (body['strict_mode_config'] ?? {}) as Config;
  const unknown = Object.keys(strict).find((key) => !STRICT.includes(key) && strict[key] !== null);
  if (unknown !== undefined) throw new LeftOut(`strict mode: ${unknown}`);
}

const STRICT = [
  'enabled',
  'unindexed_filtering_retrieve',
  'unindexed_filtering_update',
  'search_allow_exact',
  'max_query_limit',
  'upsert_max_batchsize',
  'search_max_batchsize',
  'filter_max_conditions',
  'condition_max_size',
  'search_max_hnsw_ef',
  'search_max_oversampling',
  'max_timeout',
  'max_payload_index_count',
  'max_points_count',
  'max_collection_vector_size_bytes',
  'max_collection_payload_size_bytes',
  'read_rate_limit',
  'write_rate_limit',
  'sparse_config',
  'multivector_config',
];

export function merge(target: Config, change: Config): void {
  for (const [key, value] of Object.entries(change)) {
    if (value === null) continue;
    if (value === 'Disabled') Reflect.deleteProperty(target, key);
    else if (typeof value === 'object' && !Array.isArray(value))
      target[key] = { ...((target[key] ?? {}) as Config), ...(value as Config) };
    else target[key] = value;
  }
}
