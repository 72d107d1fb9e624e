import { Secret } from '@fumikura/config';
import { READ_TYPES } from '@fumikura/model';
import type { SourceId } from '@fumikura/model';
import { z } from 'zod';

const secret = z.instanceof(Secret, { error: 'is a secret' });

const settings = z.strictObject({
  id: z.custom<SourceId>(
    (value) => typeof value === 'string' && /^confluence:[a-z0-9][a-z0-9._-]*$/u.test(value),
    'is written confluence:<name>',
  ),
  deployment: z.enum(['cloud', 'data-center']).default('cloud'),
  /** Where people open it: https://acme.atlassian.net, or https://wiki.acme.example/confluence with its context path. */
  url: z
    .url({ protocol: /^https?$/u })
    .transform((url) => url.replace(/\/+$/u, '').replace(/(\.atlassian\.net)\/wiki$/u, '$1')),
  /**
   * An account's token with its address (Cloud); the same with scopes; an access token with scopes (Cloud, a service
   * account); a personal access token (Data Center); a name with its password (Data Center).
   */
  credential: z.union([
    z.strictObject({ email: z.email(), token: secret }),
    z.strictObject({ email: z.email(), scopedToken: secret }),
    z.strictObject({ accessToken: secret }),
    z.strictObject({ personalToken: secret }),
    z.strictObject({ username: z.string().min(1), password: secret }),
  ]),
  /** Tokens with scopes go through the interface host under this id; asked for at the site when it is not given. */
  cloudId: z.guid().optional(),
  /** Keys of the spaces to read. */
  spaces: z.union([z.literal('all'), z.array(z.string().min(1)).min(1)]).default('all'),
  /** Spaces of single people, when `spaces` is `all`. */
  personalSpaces: z.boolean().default(false),
  /** Archived pages, and spaces that are archived when `spaces` is `all`. */
  archived: z.boolean().default(false),
  comments: z.boolean().default(true),
  attachments: z.boolean().default(true),
  /**
   * `adf` is what the editor of Cloud keeps; `storage` the older XHTML. Data Center has storage alone.
   */
  bodies: z.enum(['adf', 'storage']).default('adf'),
  /** Extensions in lower case of attachments whose content is read; others are indexed by title with a notice. */
  fileTypes: z.array(z.string().min(1)).default([...READ_TYPES]),
  /** Bytes; larger attachments are indexed by title with a notice. */
  maxFileBytes: z
    .int()
    .min(1)
    .default(64 * 1_024 * 1_024),
  /**
   * Hours after which a run looks at everything again, without bodies: moves, labels and renamed spaces are no change of
   * a page and are found by that alone. 0 does it in each run.
   */
  wholeEveryHours: z.number().min(0).default(24),
  /**
   * `bulk`: restrictions as they come along with a hundred contents, a few of them checked in each pass. `single`: one
   * request for each content, for a site whose bulk answers cannot be believed.
   */
  restrictions: z.enum(['bulk', 'single']).default('bulk'),
  /**
   * Cloud, an administrator's token without scopes: read restricted content and spaces too, with an admin key. The site's
   * audit log shows each key. Readers are computed as ever: who may not read there may not here.
   */
  adminKey: z.boolean().default(false),
  /**
   * Whether addresses of the accounts are verified by the company (managed accounts of its own domain, its own
   * directory). Confluence does not tell; without it no account is linked to a person by its address.
   */
  emailsAreVerified: z.boolean().default(false),
  /** Data Center: deliveries signed with this secret are believed. */
  webhook: z.strictObject({ secret }).optional(),
  /** Requests at once. */
  concurrency: z.int().min(1).max(16).default(16),
  /** Requests in a second; by default none but the limits that the site itself answers with. */
  requestsPerSecond: z.number().positive().optional(),
  /** Host of the interface for tokens with scopes. */
  apiUrl: z.url({ protocol: /^https?$/u }).default('https://api.atlassian.com/'),
});

export const confluenceConfigSchema = settings.refine(
  ({ adminKey, deployment, credential }) => !adminKey || (deployment === 'cloud' && 'token' in credential),
  { path: ['adminKey'], error: 'takes a site of Confluence Cloud and a token without scopes' },
);

export type ConfluenceConfig = z.output<typeof confluenceConfigSchema>;
export type ConfluenceConfigInput = z.input<typeof confluenceConfigSchema>;
