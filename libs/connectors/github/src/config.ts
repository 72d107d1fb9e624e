import { Secret } from '@fumikura/config';
import type { SourceId } from '@fumikura/model';
import { z } from 'zod';

const secret = z.instanceof(Secret, { error: 'is a secret' });
const login = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/iu, 'is the login of an organisation or a person');
const fullName = z.string().regex(/^[^/\s]+\/[^/\s]+$/u, 'is written owner/name');

export const githubConfigSchema = z.strictObject({
  id: z.custom<SourceId>(
    (value) => typeof value === 'string' && /^github:[a-z0-9][a-z0-9._-]*$/u.test(value),
    'is written github:<name>',
  ),
  /** An installation of a GitHub App (better: own limits, chosen repositories, read rights only), or a personal token. */
  credential: z.union([
    z.strictObject({
      appId: z.union([z.int(), z.string().min(1)]),
      /** PEM, as GitHub gives it out. */
      privateKey: secret,
      /** Needed only when the app is installed more than once. */
      installationId: z.int().optional(),
    }),
    z.strictObject({ token: secret }),
  ]),
  /** Organisations and people whose repositories are read; none: everything the account has been given. */
  owners: z.array(login).default([]),
  /** `owner/name` of each; a repository renamed since is found by its former name. */
  repositories: z.union([z.literal('all'), z.array(fullName).min(1)]).default('all'),
  /** By `owner/name`: branches read beside the default one. */
  branches: z.record(fullName, z.array(z.string().min(1))).default({}),
  code: z.boolean().default(true),
  /** Issues, and pull requests with their reviews and comments. */
  issues: z.boolean().default(true),
  discussions: z.boolean().default(true),
  releases: z.boolean().default(true),
  /** Bytes; larger files are left out. */
  maxFileBytes: z
    .int()
    .min(1)
    .default(10 * 1_024 * 1_024),
  /** All organisations read here belong to one enterprise: internal repositories are then open to the members of each. */
  isOneEnterprise: z.boolean().default(false),
  /**
   * Who reads public repositories: anyone, or only people with an account here. Default `anyone` for github.com, `accounts`
   * for an Enterprise Server, which may be closed to the world.
   */
  publicReaders: z.enum(['anyone', 'accounts']).optional(),
  /** Signs deliveries. Without it a schedule alone keeps the source fresh. */
  webhookSecret: secret.optional(),
  /** Requests at once. */
  concurrency: z.int().min(1).max(16).default(4),
  /** REST requests started per second: github.com takes 900 a minute, an Enterprise Server what its owner set. */
  requestsPerSecond: z.number().min(0.1).max(1_000).default(14),
  /** An Enterprise Server: https://<host>/api/v3/. */
  apiUrl: z
    .url({ protocol: /^https?$/u })
    .transform((url) => (url.endsWith('/') ? url : `${url}/`))
    .default('https://api.github.com/'),
});

export type GithubConfig = z.output<typeof githubConfigSchema>;
export type GithubConfigInput = z.input<typeof githubConfigSchema>;
