import type { Collection, Index } from './collection.ts';
import { compile } from './filter.ts';
import type { Json } from './payload.ts';
import { badFormat, badRequest, invalid } from './refusal.ts';

const TYPES = ['keyword', 'integer', 'float', 'geo', 'text', 'bool', 'datetime', 'uuid'];

export function createIndex(collection: Collection, body: object): void {
  const { field_name: field, field_schema: schema } = body as {
    field_name: string;
    field_schema?: string | Record<string, Json>;
  };
  compile(
    { must: [{ is_empty: { key: field } }] },
    collection,
    '',
  )({ id: 0, payload: {}, vectors: new Map(), version: 0 });
  if (schema === undefined || schema === null)
    throw badRequest("Can't auto-detect field type, please specify `field_schema` in the request");
  const type = typeof schema === 'string' ? schema : (schema['type'] as string);
  if (!TYPES.includes(type))
    throw badFormat('data did not match any variant of untagged enum PayloadFieldSchema');
  const params = typeof schema === 'string' ? undefined : paramsOf(type, schema);
  const most = collection.strict['max_payload_index_count'];
  if (typeof most === 'number' && collection.indexes.size >= most && !collection.indexes.has(field))
    throw badRequest(
      `Collection already has the maximum number of payload indices (${most}). Help: Please delete an existing index before creating a new one.`,
    );
  // An index takes two operations.
  collection.rates.take(collection, 'write', 2);
  const index: Index = { data_type: type, ...(params && { params }) };
  collection.indexes.set(field, index);
  collection.operation += 2;
}

/** Asked for as text, answered as the server would write it down. */
function paramsOf(type: string, schema: Record<string, Json>): Record<string, Json> {
  if (type === 'integer' && schema['lookup'] === false && schema['range'] === false)
    throw invalid(
      "field_schema.lookup: Validation error: the 'lookup' and 'range' capabilities can't be both disabled [{}]",
    );
  const params = { ...schema };
  if (type === 'bool') delete params['is_tenant'];
  return params;
}
