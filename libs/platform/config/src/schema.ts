import { z } from 'zod';
import { auditSchema, roleSchema, signInIdentity, signInSchema } from './trust-schema.ts';

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
  /** Who this person is for the issuers of `signIn`. */
  signIn: z.array(signInIdentity).default([]),
  /** Default: reader; the owner is auditor and admin, too. */
  roles: z.array(name).optional(),
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

export const configSchema = z.strictObject({
  /** Folder of the database, relative to this file. */
  data: z.string().min(1).default('.fumikura'),
  /** The person who may read what no rule opens further. */
  owner: name.default('owner'),
  persons: z.array(person).default([]),
  groups: z.array(group).default([]),
  roles: z.array(roleSchema).default([]),
  sources: z.array(source).default([]),
  /** A source without a good sync for this long is reported as stale. Minutes. */
  freshnessMinutes,
  /** Sources that do not tell of changes are read again after so long while `fumi up` runs; 0 never. Minutes. */
  syncEveryMinutes: z.number().min(0).max(10_080).default(30),
  server: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(7_700),
      /** Further host names by which clients reach this server. */
      hosts: z.array(z.string().min(1)).default([]),
      /** Requests at once and within a minute; behind a proxy every address is the proxy's. */
      limits: z
        .strictObject({
          concurrentPerPerson: z.int().min(1).max(10_000),
          perMinutePerPerson: z.int().min(1).max(1_000_000),
          concurrentPerAddress: z.int().min(1).max(100_000),
          perMinutePerAddress: z.int().min(1).max(10_000_000),
        })
        .partial()
        .optional(),
    })
    .prefault({}),
  audit: auditSchema.prefault({}),
  /** With it, everybody who asks over HTTP has to sign in, also on this machine. */
  signIn: signInSchema.optional(),
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
