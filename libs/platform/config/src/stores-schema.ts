import { z } from 'zod';
import { secretReference } from './trust-schema.ts';

function address(protocols: readonly string[]) {
  return z
    .url({
      protocol: new RegExp(`^(?:${protocols.join('|')})$`),
      error: `write an address that begins with ${protocols.map((each) => `${each}://`).join(' or ')}`,
    })
    .refine(
      (text) => new URL(text).password === '',
      'write the password apart: { url: …, password: { env: NAME } }',
    );
}

/** An address alone stands for a store with everything else as it is by default. */
function withUrl(value: unknown): unknown {
  return typeof value === 'string' ? { url: value } : value;
}

const postgres = address(['postgres', 'postgresql']);
const catalogStore = z.strictObject({
  url: postgres,
  password: secretReference.optional(),
  schema: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,47}$/, 'use up to 48 lower-case letters, digits and underscores')
    .default('fumikura'),
  /** Connections of each process. */
  connections: z.int().min(1).max(500).default(8),
  /** False for an account that may not change tables. */
  migrate: z.boolean().default(true),
  /** False behind a pooler that gives connections out by transaction. */
  listen: z.boolean().default(true),
});
const qdrant = address(['http', 'https']);
const indexStore = z.strictObject({
  url: qdrant,
  apiKey: secretReference.optional(),
  name: z
    .string()
    .regex(/^[a-z0-9_-]{1,100}$/, 'use small letters, digits, "_" and "-"')
    .default('fumikura'),
  shards: z.int().min(1).max(1_000).optional(),
  replicas: z.int().min(1).max(100).optional(),
  writeConsistency: z.int().min(1).max(100).optional(),
  onDisk: z.boolean().optional(),
  /** Milliseconds for one request. */
  timeoutMs: z.int().min(100).max(600_000).default(30_000),
});

/** Servers instead of the file in the folder: both or none. */
export const storesSchema = z.strictObject({
  catalog: z.preprocess(withUrl, catalogStore),
  index: z.preprocess(withUrl, indexStore),
});
