import { z } from 'zod';
import { secretReference } from './trust-schema.ts';

export const slackAccount = z
  .string()
  .regex(
    /^[TE][A-Z0-9]+\/[UW][A-Z0-9]+$/,
    'an account in Slack is "<workspace id>/<user id>": T024BE7LD/U024BE7LH',
  );

const common = {
  /** Of the bot, in one workspace: begins with xoxb-. */
  token: secretReference.optional(),
  /** Instead: several workspaces, each added by `fumi slack install`. */
  workspaces: z
    .strictObject({
      /** "Client ID" and "Client Secret" of the app. */
      clientId: z.string().min(1),
      clientSecret: secretReference,
      /** 32 bytes, base64: tokens rest encrypted under it. */
      key: secretReference,
      /** One of the app's "Redirect URLs"; whoever installs reads the code in the address they land on. */
      redirectUrl: z.url({ protocol: /^https$/ }),
      /** In the manifest: a whole Enterprise Grid may install the app at once. */
      organization: z.boolean().default(false),
    })
    .optional(),
  /** Of the app and its bot, in the manifest. */
  name: z.string().min(1).max(35).default('Fumikura'),
  /** `email`: an address that the workspace calls confirmed is the person who has it here. */
  linkBy: z.enum(['none', 'email']).default('none'),
  /** People get their codes in a browser, too, by signing in at an issuer of `signIn`. */
  signIn: z
    .strictObject({
      issuer: z.url(),
      /** Of the client that is registered there for this, with the address `<signIn.publicUrl>/slack/signed-in`. */
      clientId: z.string().min(1),
      /** Absent: a public client, proven by PKCE alone. */
      clientSecret: secretReference.optional(),
    })
    .optional(),
  /** Of one person. */
  questionsPerHour: z.int().min(1).max(100_000).default(60),
  /** Answers that one process makes at the same time. */
  atOnce: z.int().min(1).max(100).default(4),
  /** Of documents, whose links are previewed. */
  domains: z.array(z.string().min(1)).max(5).default([]),
  /** For a Slack of its own address. */
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => `${url.replace(/\/+$/u, '')}/`)
    .default('https://slack.com/api/'),
};

const slackModes = z.discriminatedUnion('mode', [
  /** The app connects to Slack: nothing has to be reachable from outside. */
  z.strictObject({
    mode: z.literal('socket'),
    /** Of the app: begins with xapp-. */
    appToken: secretReference,
    ...common,
  }),
  z.strictObject({
    mode: z.literal('http'),
    signingSecret: secretReference,
    /** Where Slack's deliveries arrive on this machine. */
    host: z.string().min(1).default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(7_702),
    /** Where Slack reaches it, for the manifest: scheme and host, and the path of a proxy. */
    publicUrl: z
      .url({ protocol: /^https$/ })
      .transform((url) => url.replace(/\/+$/u, ''))
      .optional(),
    ...common,
  }),
]);

export const slackSchema = slackModes.refine(
  ({ token, workspaces }) => (token === undefined) !== (workspaces === undefined),
  'give either token, for one workspace, or workspaces',
);
