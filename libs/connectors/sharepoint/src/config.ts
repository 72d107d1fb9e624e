import { Secret } from '@fumikura/config';
import { READ_TYPES } from '@fumikura/model';
import type { SourceId } from '@fumikura/model';
import { z } from 'zod';

const secret = z.instanceof(Secret, { error: 'is a secret' });
/** A person or an Entra group by object id: the only readers that a mapping can name. */
const reader = z.templateLiteral([z.enum(['user', 'group']), ':', z.guid()]);

export const sharepointConfigSchema = z.strictObject({
  id: z.custom<SourceId>(
    (value) => typeof value === 'string' && /^sharepoint:[a-z0-9][a-z0-9._-]*$/u.test(value),
    'is written sharepoint:<name>',
  ),
  /** Directory (tenant) id or one of its verified domains. */
  tenant: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/iu, 'is a directory id or a domain'),
  /** Application (client) id of the app registration. */
  clientId: z.string().min(1),
  /** How the application proves itself: a certificate (PEM, with its private key), or a client secret. */
  credential: z.union([
    z.strictObject({
      // Public, but it lies in a file like the key.
      certificate: z.union([z.string().min(1), secret.transform((file) => file.reveal())]),
      privateKey: secret,
    }),
    z.strictObject({ secret }),
  ]),
  /** `all` needs Sites.Read.All; under Sites.Selected each site is named, as an address or as a site id. */
  sites: z.union([z.literal('all'), z.array(z.string().min(1)).min(1)]).default('all'),
  /** OneDrive of each person, when `sites` is `all`. */
  personalSites: z.boolean().default(false),
  pages: z.boolean().default(true),
  lists: z.boolean().default(true),
  /**
   * Who is in a site's groups: Graph does not tell. `site` is the site id, `group` the number of the group in the site.
   * A group without a mapping admits nobody.
   */
  siteGroups: z
    .array(z.strictObject({ site: z.string().min(1), group: z.string().min(1), members: z.array(reader) }))
    .default([]),
  /**
   * Who may read the pages and list items of a site: Graph v1.0 tells the permissions of neither. The operator vouches
   * for it, item permissions included. A site without an entry has both closed.
   */
  siteReaders: z
    .array(
      z.strictObject({
        site: z.string().min(1),
        pages: z.array(reader).default([]),
        lists: z.array(reader).default([]),
      }),
    )
    .default([]),
  /**
   * Whether a link that opens an item to its holder makes it findable too: to the members of the organisation, to
   * anyone. Links for named people always count for those. Links with a password, or past their end, never do.
   */
  sharingLinks: z
    .strictObject({ organization: z.boolean().default(false), anonymous: z.boolean().default(false) })
    .prefault({}),
  /** Where the tenant's data lie (NAM, EUR, JPN …): an application has to say so when it searches live. */
  searchRegion: z
    .string()
    .regex(/^[A-Z]{3}$/u, 'is three capitals, such as EUR')
    .optional(),
  /** Notices of changes. Without it a schedule alone keeps the source fresh. */
  webhook: z
    .strictObject({
      /** Public https address of this installation that passes deliveries on. */
      url: z.url({ protocol: /^https?$/u }),
      /** Comes back with each notice and proves it. */
      clientState: secret,
      /** Days until a subscription ends; the service cuts what is too long. Renewed when a third is left. */
      days: z.number().min(1).max(29).default(28),
    })
    .optional(),
  /** Extensions in lower case whose content is read; others are indexed by title with a notice. */
  fileTypes: z.array(z.string().min(1)).default([...READ_TYPES]),
  /** Bytes; larger files are indexed by title with a notice. */
  maxFileBytes: z
    .int()
    .min(1)
    .default(64 * 1_024 * 1_024),
  /** Requests at once for items and listings, at most; permission batches have their own eight. */
  concurrency: z.int().min(1).max(16).default(16),
  /** Other clouds: https://graph.microsoft.us/ and https://login.microsoftonline.us/. */
  graphUrl: z.url({ protocol: /^https?$/u }).default('https://graph.microsoft.com/'),
  loginUrl: z.url({ protocol: /^https?$/u }).default('https://login.microsoftonline.com/'),
});

export type SharepointConfig = z.output<typeof sharepointConfigSchema>;
export type SharepointConfigInput = z.input<typeof sharepointConfigSchema>;
