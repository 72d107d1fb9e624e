import { createPolicedFetch, refuseInnerAddress } from '@fumikura/http';
import { decodeProtectedHeader } from 'jose';
import * as openid from 'openid-client';
import { identityOf } from '../auth/claims.ts';
import { invalidToken } from '../auth/refusal.ts';
import { createIssuerMetadata } from '../auth/issuer-metadata.ts';
import type { Fetch, Identity, IssuerSettings } from '../auth/types.ts';
import { isLoopback } from '../loopback.ts';
import { refusalOf } from './refusal.ts';

/** What a browser keeps between being sent away and coming back. */
export interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface CodeFlowOptions {
  readonly issuer: IssuerSettings;
  /** Without a secret it is a public client, which PKCE alone proves. */
  readonly client: { readonly id: string; readonly secret?: string };
  readonly redirectUri: string;
  /** With spaces between: `openid email`. */
  readonly scope: string;
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** OpenID Connect by authorization code, with PKCE, state and nonce. */
export interface CodeFlow {
  /** @throws SignInRefused (issuer-away) */
  begin(): Promise<{ readonly address: URL; readonly pending: Pending }>;
  /**
   * Who came back. The issuer is asked once; its answer is believed when state, nonce, `iss`, audience, times and signature hold.
   * @param answer what stands behind `?` in the address that the browser came back to
   * @throws SignInRefused
   */
  finish(answer: string, pending: Pending): Promise<Identity>;
}

const TIMEOUT_MS = 5_000;
const MAX_RESPONSE_BYTES = 512 * 1_024;

export function createCodeFlow(options: CodeFlowOptions): CodeFlow {
  const { issuer, redirectUri, scope, now = Date.now } = options;
  const configured = configurationOf(options, now);
  return {
    begin: async () => {
      const configuration = await configured().catch((error: unknown) => {
        throw refusalOf(error);
      });
      const pending = {
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        verifier: openid.randomPKCECodeVerifier(),
      };
      const address = openid.buildAuthorizationUrl(configuration, {
        ...{ redirect_uri: redirectUri, scope, state: pending.state, nonce: pending.nonce },
        code_challenge: await openid.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
      });
      return { address, pending };
    },
    finish: async (answer, { state, nonce, verifier }) => {
      try {
        const tokens = await openid.authorizationCodeGrant(
          await configured(),
          // By the address that we are reached at, whatever the browser wrote into its request.
          new URL(`${redirectUri}${answer}`),
          { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
        );
        requireAlgorithm(tokens.id_token, issuer);
        return { ...identityOf(tokens.claims() ?? {}, issuer), credential: options.client.id };
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

/** Made again only when what the issuer says of itself was read again. */
export function configurationOf(
  { issuer, client, fetch }: CodeFlowOptions,
  now: () => number = Date.now,
): () => Promise<openid.Configuration> {
  const send = guardedFetch(issuer, fetch);
  const metadata = createIssuerMetadata(issuer, send as Fetch, now);
  let known: { readonly of: object; readonly configuration: openid.Configuration } | undefined;
  return async () => {
    const server = await metadata.read();
    if (known?.of === server) return known.configuration;
    const configuration = new openid.Configuration(
      {
        ...(server as unknown as openid.ServerMetadata),
        ...(issuer.jwksUri !== undefined && { jwks_uri: issuer.jwksUri }),
      },
      client.id,
      { [openid.clockTolerance]: issuer.clockSkewSeconds },
      proofOf(client.secret, server),
    );
    configuration[openid.customFetch] = send as openid.CustomFetch;
    // Signed by a key of the issuer, and not only sent by it.
    openid.enableNonRepudiationChecks(configuration);
    if (isOnThisMachine(issuer.issuer)) openid.allowInsecureRequests(configuration);
    known = { of: server, configuration };
    return configuration;
  };
}

/** Basic is what an issuer takes that does not say what it takes (OpenID Connect Discovery 1.0, 3). */
function proofOf(
  secret: string | undefined,
  { token_endpoint_auth_methods_supported: methods }: Readonly<Record<string, unknown>>,
): openid.ClientAuth {
  if (secret === undefined) return openid.None();
  const takesBasic = !Array.isArray(methods) || methods.includes('client_secret_basic');
  return takesBasic ? openid.ClientSecretBasic(secret) : openid.ClientSecretPost(secret);
}

/** The same as of its access tokens. */
function requireAlgorithm(token: string | undefined, { algorithms }: IssuerSettings): void {
  const { alg } = decodeProtectedHeader(token ?? '');
  if (alg === undefined || !algorithms.includes(alg))
    throw invalidToken('the token is signed in a way that is not allowed');
}

/** Once, within bounds, without redirects, and inside our network only where the issuer lives there or the configuration says. */
export function guardedFetch(
  { issuer, jwksUri }: IssuerSettings,
  send: typeof fetch = globalThis.fetch,
): typeof fetch {
  const home = new URL(issuer);
  const policed = createPolicedFetch({
    ...{ home, userAgent: 'fumikura', attempts: 1 },
    ...{ timeoutMs: TIMEOUT_MS, maxResponseBytes: MAX_RESPONSE_BYTES },
    fetch: (url, init) => send(url, { ...init, redirect: 'error' }),
  });
  return async (input, init) => {
    const target = new URL(input instanceof Request ? input.url : input);
    if (target.href !== jwksUri) await refuseInnerAddress(target, home);
    return policed(input, init);
  };
}

function isOnThisMachine(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && (hostname === 'localhost' || isLoopback(hostname.replace(/^\[|\]$/gu, '')));
}
