import { parseQuietHours, parseSchedule } from '@fumikura/scheduling';
import { z } from 'zod';
import { chunkingSchema } from './chunking-schema.ts';
import { embedderSchema, modelSchema, rerankerSchema } from './models-schema.ts';
import { searchSchema } from './search-schema.ts';
import { slackAccount, slackSchema } from './slack-schema.ts';
import { storesSchema } from './stores-schema.ts';
import {
  auditSchema,
  directorySchema,
  exchangeSchema,
  lateCheckSchema,
  lateCheckWhen,
  roleSchema,
  scimSchema,
  signInIdentity,
  signInSchema,
} from './trust-schema.ts';

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
  /** Accounts in Slack that are this person's: "<workspace id>/<user id>". */
  slack: z.array(slackAccount).default([]),
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

/** Told by the parser itself, which knows what is allowed. */
function parsedBy(parse: (text: string) => unknown) {
  return z.string().superRefine((text, context) => {
    try {
      parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });
}

const schedule = parsedBy((text) => parseSchedule(text));

/** When each pass of a source is done again while `fumi up` runs. */
const schedules = z.strictObject({
  content: schedule.optional(),
  /** Who may read what. */
  permissions: schedule.optional(),
  /** People, accounts and groups. */
  directory: schedule.optional(),
  /** The list of what exists, which finds what is gone. */
  census: schedule.optional(),
  /** Part of each day in which no content is read and nothing is listed by the clock: "08:00-18:00". */
  quiet: parsedBy((text) => parseQuietHours(text)).optional(),
  /** IANA name for cron expressions and quiet hours; default: the machine's. */
  timeZone: parsedBy((text) => new Intl.DateTimeFormat('en', { timeZone: text })).optional(),
});

/** What every source has; the rest belongs to its connector and is checked there. */
const source = z.looseObject({
  id: sourceId,
  schedules: schedules.optional(),
  /** In the place of `lateCheck.when`. */
  lateCheck: lateCheckWhen.optional(),
  /** Asked as people themselves, live and before something is shown. */
  exchange: exchangeSchema.optional(),
});

const freshnessMinutes = z.int().min(1).max(525_600).default(1_440);

export const configSchema = z.strictObject({
  /** Folder of the database, relative to this file. */
  data: z.string().min(1).default('.fumikura'),
  stores: storesSchema.optional(),
  /** The person who may read what no rule opens further. */
  owner: name.default('owner'),
  persons: z.array(person).default([]),
  groups: z.array(group).default([]),
  roles: z.array(roleSchema).default([]),
  sources: z.array(source).default([]),
  /** A source without a good sync for this long is reported as stale. Minutes. */
  freshnessMinutes,
  /** For every source that has none of its own. */
  schedules: schedules.default({}),
  network: z
    .strictObject({
      /** PEM files of authorities that connections trust beside the public ones, relative to the configuration file. */
      certificateAuthorities: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  server: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(7_700),
      /** Further host names by which clients reach this server. */
      hosts: z.array(z.string().min(1)).default([]),
      /** Addresses and networks (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` is believed. */
      trustedProxies: z.array(z.string().min(1)).default([]),
      /** Requests are refused with 503 while the process holds more memory; MiB, 0 is no limit. */
      maxMemoryMiB: z.int().min(0).max(1_048_576).default(0),
      /** Requests at once and within a minute; an address is the proxy's unless `trustedProxies` names it. */
      limits: z
        .strictObject({
          concurrentPerPerson: z.int().min(1).max(10_000),
          perMinutePerPerson: z.int().min(1).max(1_000_000),
          concurrentPerAddress: z.int().min(1).max(100_000),
          perMinutePerAddress: z.int().min(1).max(10_000_000),
        })
        .partial()
        .optional(),
      /** At once; an open subscription is one. Default 512. */
      connections: z.int().min(1).max(100_000).optional(),
      /** How a server that stands behind a balancer ends. Seconds. */
      drain: z
        .strictObject({
          /** Still answers, and says that it is not ready. */
          announceSeconds: z.number().min(0).max(300).default(5),
          /** Requests under way may take so long after that. */
          limitSeconds: z.number().min(0).max(600).default(20),
        })
        .prefault({}),
    })
    .prefault({}),
  /** Another size changes what is stored: "fumi index rebuild --chunks" does both. Absent: 1,100 and 2,200. */
  chunking: chunkingSchema.optional(),
  /** Compares meaning beside words; absent: words alone. */
  embedder: embedderSchema.optional(),
  /** Another one, for an index that is made beside; whichever of the two the index is bound to is used. */
  nextEmbedder: embedderSchema.optional(),
  reranker: rerankerSchema.optional(),
  model: modelSchema.optional(),
  audit: auditSchema.prefault({}),
  lateCheck: lateCheckSchema.prefault({}),
  /** With it, everybody who asks over HTTP has to sign in, also on this machine. */
  signIn: signInSchema.optional(),
  /** SCIM 2.0 at /scim/v2, for the company's directory. */
  scim: scimSchema.optional(),
  /** Directories of people and groups that are read. */
  directories: z.array(directorySchema).default([]),
  /** Answers in Slack; absent: none. */
  slack: slackSchema.optional(),
  search: searchSchema.prefault({}),
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
export type Schedules = z.output<typeof schedules>;
export type EmbedderConfig = NonNullable<ConfigValues['embedder']>;
export type RerankerConfig = NonNullable<ConfigValues['reranker']>;
export type EmbedderInput = NonNullable<ConfigInput['embedder']>;
export type ModelConfig = NonNullable<ConfigValues['model']>;
export type SlackConfig = NonNullable<ConfigValues['slack']>;
export type SourceConfig = ConfigValues['sources'][number];
