import { z } from 'zod';

/** Where a secret lies; never the secret itself. */
export const secretReference = z.union(
  [
    z.strictObject({ env: z.string().min(1) }),
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ command: z.array(z.string()).min(1) }),
    z.strictObject({ keyring: z.string().regex(/^[^/]+\/.+$/u, 'write it as service/account') }),
    z.strictObject({ sealed: z.string().min(1) }),
  ],
  {
    error:
      'say where the secret lies: { env: NAME }, { file: path }, { command: [program, argument, …] }, { keyring: service/account } or { sealed: path }',
  },
);

const forward = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/u, 'use lower-case letters, digits, underscore and hyphen'),
    /** `ocsf`, or our own records. */
    format: z.enum(['ocsf', 'records']).default('ocsf'),
    /** tls://host:port; tcp://host:port on this machine alone. */
    syslog: z
      .url({ protocol: /^(?:tls|tcp)$/u, error: 'write tls://host:port or tcp://host:port' })
      .optional(),
    /** PEM file of the authorities to trust for syslog, relative to the configuration file. */
    ca: z.string().min(1).optional(),
    http: z.url({ protocol: /^https?$/u }).optional(),
    /** Value of the header Authorization. */
    authorization: secretReference.optional(),
  })
  .refine(
    ({ syslog, http }) => (syslog === undefined) !== (http === undefined),
    'say where to: either syslog or http',
  )
  .refine(
    ({ syslog, http }) => isEncryptedOrHere(syslog ?? http ?? ''),
    'use tls:// or https://: only this machine itself gets records in the clear',
  );

function isEncryptedOrHere(address: string): boolean {
  if (!URL.canParse(address)) return true;
  const { protocol, hostname } = new URL(address);
  return ['tls:', 'https:'].includes(protocol) || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

export const auditSchema = z.strictObject({
  /** Relative to the configuration file; default: `audit` in the data folder. */
  folder: z.string().min(1).optional(),
  /** What becomes of the words that somebody searched for. */
  queryText: z.enum(['keep', 'hash', 'drop']).default('keep'),
  /** Days; 0 keeps everything. */
  keepDays: z.int().min(0).max(36_500).default(0),
  /** Files that get every signed head too, relative to the configuration file. */
  anchors: z.array(z.string().min(1)).default([]),
  /** A time stamping authority (RFC 3161) that stamps signed heads. */
  timestamp: z
    .strictObject({
      url: z.url({ protocol: /^https?$/u }),
      everyMinutes: z.int().min(1).max(10_080).default(60),
    })
    .optional(),
  /** Where every record goes, too. */
  forward: z.array(forward).default([]),
  /** Ed25519 private key, PEM; default: one made in the folder. */
  key: secretReference.optional(),
});

/** When a source is asked again before something of it is shown. */
export const lateCheckWhen = z.enum(['stale', 'always', 'never']);

export const lateCheckSchema = z.strictObject({
  /** `stale`: when its readers are older than `readersMinutes`. */
  when: lateCheckWhen.default('stale'),
  readersMinutes: z.int().min(1).max(525_600).default(120),
  /** Milliseconds that a caller waits for all sources together. */
  budgetMs: z.int().min(10).max(60_000).default(300),
  /** An answer counts so long. Seconds. */
  cacheSeconds: z.number().min(0).max(600).default(60),
});

/** Asking a source as people themselves, with tokens that their sign-in's issuer gives for it. */
export const exchangeSchema = z
  .strictObject({
    /** RFC 8693; `on-behalf-of` is Entra ID's. */
    form: z.enum(['token-exchange', 'on-behalf-of']).default('token-exchange'),
    /** Whose tokens are exchanged: an issuer of `signIn`. */
    issuer: z.url(),
    tokenUrl: z.url({ protocol: /^https?$/u }),
    clientId: z.string().min(1),
    clientSecret: secretReference.optional(),
    /** PEM; RSA, EC P-256 or Ed25519. Instead of the secret: `private_key_jwt`. */
    privateKey: secretReference.optional(),
    /** PEM, where the issuer knows the key by its certificate; relative to the configuration file. */
    certificate: z.string().min(1).optional(),
    keyId: z.string().min(1).optional(),
    /** What is asked for; which of them, the issuer's documentation says. */
    audience: z.string().min(1).optional(),
    resource: z.url().optional(),
    scopes: z.array(z.string().min(1)).default([]),
    /** Accepted in `aud` of what is given; default: `audience` and `resource`. Without any, the source alone decides. */
    audiences: z.array(z.string().min(1)).optional(),
    /** What somebody sees who gets no token: what is known of readers decides, or nobody is shown anything. */
    otherwise: z.enum(['index', 'nobody']).default('index'),
    /** Milliseconds for one exchange. */
    timeoutMs: z.int().min(50).max(30_000).default(5_000),
  })
  .refine(
    ({ clientSecret, privateKey }) => (clientSecret === undefined) !== (privateKey === undefined),
    'say how the client proves itself: either clientSecret or privateKey',
  )
  .refine(
    ({ tokenUrl }) => isEncryptedOrHere(tokenUrl),
    'use https:// for tokenUrl: tokens travel encrypted, except on this machine',
  );

const issuer = z.strictObject({
  /** Exactly as in its tokens and its metadata. */
  issuer: z.url(),
  /** Accepted in `aud`; default: the address of the endpoint that is asked. */
  audiences: z.array(z.string().min(1)).default([]),
  /** Accepted in the header `typ`; case and `application/` do not count. `absent`: a header without one. */
  types: z.array(z.string().min(1)).min(1).default(['at+jwt']),
  algorithms: z
    .array(z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']))
    .min(1)
    .default(['RS256', 'PS256', 'ES256', 'EdDSA']),
  /** The claim with the scopes: a list, or words with spaces between. */
  scopeClaim: z.string().min(1).default('scope'),
  /** Before each scope where it is asked for, but not in tokens: the Application ID URI of Entra ID, with its slash. */
  scopePrefix: z.string().default(''),
  /** Its name of a scope → ours. */
  scopeNames: z.record(z.string(), z.string()).default({}),
  subjectClaim: z.string().min(1).default('sub'),
  /** Who has no entry under `signIn` of a person is the one with the same address, if the issuer calls it verified. */
  linkBy: z.enum(['subject', 'email']).default('subject'),
  clockSkewSeconds: z.int().min(0).max(300).default(30),
  /** Where its metadata cannot be read. */
  jwksUri: z.url().optional(),
  /** RFC 7662, for tokens that are no JWT. */
  introspection: z
    .strictObject({
      url: z.url(),
      clientId: z.string().min(1),
      clientSecret: secretReference,
      /** A revocation at the issuer counts after so long. Seconds. */
      cacheSeconds: z.number().min(0).max(60).default(5),
    })
    .optional(),
});

export const signInSchema = z.strictObject({
  /** Where clients reach this server: scheme, host and port, no path. */
  publicUrl: z.url().transform((url) => url.replace(/\/+$/u, '')),
  issuers: z.array(issuer).default([]),
  /** What every call needs. */
  readScope: z.string().min(1).default('knowledge:read'),
  /** What single tools need beside it; reading a document as a resource needs what `get_document` needs. */
  toolScopes: z.record(z.string(), z.array(z.string().min(1)).min(1)).default({}),
});

/** A directory of the company tells of people who join, change and leave. */
const directoryRules = {
  /** An issuer of `signIn` whose subjects its people have. */
  issuer: z.url().optional(),
  /** What of them is that subject. */
  subject: z.enum(['externalId', 'userName', 'id']).default('externalId'),
  /** `email`: its addresses are verified by the company, and link accounts and entries. */
  linkBy: z.enum(['subject', 'email']).default('subject'),
};

export const scimSchema = z.strictObject({ token: secretReference, ...directoryRules });

const filter = z.string().regex(/^\(.*\)$/su, 'a filter stands in parentheses: (objectClass=person)');
const base = z.string().min(1);

const ldap = z
  .strictObject({
    url: z.url({ protocol: /^ldaps?$/u, error: 'write an address that begins with ldaps:// or ldap://' }),
    startTls: z.boolean().default(false),
    /** PEM file of the authorities to trust, relative to the configuration file. */
    ca: z.string().min(1).optional(),
    bindDn: z.string().min(1).optional(),
    password: secretReference.optional(),
    persons: z.strictObject({
      base,
      filter: filter.default('(objectClass=inetOrgPerson)'),
      id: z.string().min(1).default('entryUUID'),
      userName: z.string().min(1).default('uid'),
      name: z.string().min(1).default('cn'),
      email: z.string().min(1).default('mail'),
      /** Who fits this one too may not come in. */
      inactive: filter.optional(),
    }),
    groups: z
      .strictObject({
        base,
        filter: filter.default('(objectClass=groupOfNames)'),
        id: z.string().min(1).default('entryUUID'),
        name: z.string().min(1).default('cn'),
        member: z.string().min(1).default('member'),
      })
      .optional(),
    pageSize: z.int().min(1).max(10_000).default(500),
    timeoutMs: z.int().min(100).max(300_000).default(30_000),
  })
  .refine(
    ({ bindDn, password }) => (bindDn === undefined) === (password === undefined),
    'bindDn and password belong together',
  );

export const directorySchema = z.strictObject({
  id: z
    .string()
    .regex(
      /^(?!scim$)[a-z0-9][a-z0-9_-]*$/u,
      'use lower-case letters, digits, underscore and hyphen; "scim" is taken',
    ),
  ldap,
  everySeconds: z.int().min(5).max(86_400).default(60),
  ...directoryRules,
});

/** How an issuer names somebody. */
export const signInIdentity = z.strictObject({ issuer: z.url(), subject: z.string().min(1) });

/** A role of this installation, beside reader, auditor and admin. It narrows what its holders may read, never widens it. */
export const roleSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]*$/, 'use lower-case letters, digits, dot, underscore and hyphen'),
  /** Names of tools, or `*`. */
  tools: z.array(z.string().min(1)).default([]),
  /** Source ids, or their beginning with `*`. */
  sources: z.array(z.string().min(1)).default([]),
  duties: z.array(z.enum(['audit', 'access', 'tokens', 'roles', 'people', 'sources'])).default([]),
});
