import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'use lower-case letters, digits, dot, underscore and hyphen');

/** A reader as people write it: `alice`, `group:hr`, `everyone` (all persons of this installation), `anyone`. */
const reader = z.string().regex(/^(?:everyone|anyone|group:[a-z0-9][a-z0-9._-]*|[a-z0-9][a-z0-9._-]*)$/, {
  message: 'a reader is a person id, "group:<id>", "everyone" (all persons of this installation) or "anyone"',
});

const person = z.strictObject({
  id: name,
  name: z.string().min(1).optional(),
  /** Login name of the operating system: who this person is on stdio, at the terminal and on loopback. */
  osUser: z.string().min(1).optional(),
  /** Verified here: links accounts of sources that verify the same address, when it is nobody else's. */
  email: z.email().optional(),
  /** Accounts in sources that are this person's: "user:<source id>:<account id>". */
  accounts: z
    .array(
      z
        .string()
        .regex(
          /^user:[a-z][a-z0-9-]*:[a-z0-9][a-z0-9._-]*:\S+$/,
          'an account is "user:<source id>:<account id>"',
        )
        .transform((account) => account as `user:${string}:${string}`),
    )
    .default([]),
});

const group = z.strictObject({
  id: name,
  /** Person ids or `group:<id>`; groups may nest. */
  members: z.array(reader).default([]),
});

const sourceId = z.string().regex(/^[a-z][a-z0-9-]*:[a-z0-9][a-z0-9._-]*$/, {
  message: 'a source id is "<kind>:<name>", for example files:handbook',
});

/** What every source has; the rest belongs to its connector and is checked there. */
const source = z.looseObject({ id: sourceId });

const freshnessMinutes = z.int().min(1).max(525_600).default(1_440);

/** Where a secret lies; it is never written into the configuration itself. */
const secret = z.union(
  [
    z.strictObject({ env: z.string().min(1) }),
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ command: z.array(z.string()).min(1) }),
  ],
  { error: 'name where the secret lies: { env: NAME }, { file: path } or { command: [program, argument] }' },
);

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
  password: secret.optional(),
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
  apiKey: secret.optional(),
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

export const configSchema = z.strictObject({
  /** Folder of the database, relative to this file. */
  data: z.string().min(1).default('.fumikura'),
  /** Servers instead of the file in the folder: both or none. */
  stores: z
    .strictObject({
      catalog: z.preprocess(withUrl, catalogStore),
      index: z.preprocess(withUrl, indexStore),
    })
    .optional(),
  /** The person who may read what no rule opens further. */
  owner: name.default('owner'),
  persons: z.array(person).default([]),
  groups: z.array(group).default([]),
  sources: z.array(source).default([]),
  /** A source without a good sync for this long is reported as stale. Minutes. */
  freshnessMinutes,
  /** Sources that do not tell of changes are read again after so long while `fumi up` runs; 0 never. Minutes. */
  syncEveryMinutes: z.number().min(0).max(10_080).default(30),
  server: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(7_700),
    })
    .prefault({}),
  search: z
    .strictObject({
      /** Milliseconds after which a search answers with what it has or fails. */
      deadlineMs: z.int().min(50).max(60_000).default(5_000),
    })
    .prefault({}),
  parsing: z
    .strictObject({
      /** Worker threads; 0 means one less than the cores, at least one. */
      workers: z.int().min(0).max(64).default(0),
      maxBytes: z
        .int()
        .min(1_024)
        .max(1_073_741_824)
        .default(64 * 1_024 * 1_024),
      timeoutMs: z.int().min(1_000).max(600_000).default(60_000),
    })
    .prefault({}),
});

export type ConfigInput = z.input<typeof configSchema>;
export type ConfigValues = z.output<typeof configSchema>;
export type SourceConfig = ConfigValues['sources'][number];
