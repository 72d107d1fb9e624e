import { Secret } from '@fumikura/config';
import { READ_TYPES } from '@fumikura/model';
import type { SourceId } from '@fumikura/model';
import { z } from 'zod';

const secret = z.instanceof(Secret, { error: 'is a secret' });

export const jiraConfigSchema = z.strictObject({
  id: z.custom<SourceId>(
    (value) => typeof value === 'string' && /^jira:[a-z0-9][a-z0-9._-]*$/u.test(value),
    'is written jira:<name>',
  ),
  /** Of the site: `https://acme.atlassian.net/`, `https://jira.acme.example/`, or the gateway's for scoped tokens. */
  baseUrl: z.url({ protocol: /^https?$/u }),
  /** Where people open issues, when that is not `baseUrl`. */
  siteUrl: z.url({ protocol: /^https?$/u }).optional(),
  deployment: z.enum(['cloud', 'data-center']).default('cloud'),
  /** Cloud: the account's e-mail and its API token. Data Center: a personal access token alone. */
  credential: z.union([
    z.strictObject({ email: z.email(), token: secret }),
    z.strictObject({ token: secret }),
  ]),
  /** Keys or ids of projects. */
  projects: z
    .union([z.literal('all'), z.array(z.string().regex(/^\w+$/u, 'is a key or an id')).min(1)])
    .default('all'),
  attachments: z.boolean().default(true),
  /** Comments and worklogs for a role or a group alone, and internal ones, as documents with their own readers. */
  restrictedComments: z.boolean().default(true),
  /** Who held an issue and which status it had, as far as its history tells. */
  history: z.boolean().default(true),
  /**
   * Who is in a security level, where the API does not tell: Data Center, and a Cloud account without Administer Jira.
   * The operator vouches for it. `user:<id or key>`, `group:<id or name>`, `role:<id>` of the project.
   */
  securityLevels: z
    .array(
      z.strictObject({
        level: z.string().min(1),
        members: z.array(z.string().regex(/^(?:user|group|role):\S/u, 'is user:…, group:… or role:…')),
      }),
    )
    .default([]),
  /** Whether the addresses that the source shows may link accounts to people: the source verifies them. */
  verifiedEmails: z.boolean().default(false),
  /** Minutes that a run reads again before the newest change seen: the search learns of changes late. */
  overlapMinutes: z.number().min(1).max(10_080).default(30),
  /** Deliveries of an administrator's webhook, signed with this secret. */
  webhook: z.strictObject({ secret }).optional(),
  /** Extensions in lower case whose content is read; others are indexed by title with a notice. */
  fileTypes: z.array(z.string().min(1)).default([...READ_TYPES]),
  /** Bytes; larger files are indexed by title with a notice. */
  maxFileBytes: z
    .int()
    .min(1)
    .default(64 * 1_024 * 1_024),
  /** Hundreds of issues read at once; they are held in memory until they are written. */
  concurrency: z.int().min(1).max(16).default(2),
});

export type JiraConfig = z.output<typeof jiraConfigSchema>;
export type JiraConfigInput = z.input<typeof jiraConfigSchema>;
