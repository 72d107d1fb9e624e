import {
  bearerAuthChallengeResponse,
  getOAuthProtectedResourceMetadataUrl,
  OAuthError,
  verifyBearerToken,
} from '@modelcontextprotocol/server';
import type { AuthInfo } from '@modelcontextprotocol/server';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import { createProofs, PROOF_ALGORITHMS } from './dpop.ts';
import type { UseProof } from './dpop.ts';
import { createIssuers, verifyJwts } from './jwt.ts';
import { introspectTokens } from './introspection.ts';
import { metadataResponse } from './metadata.ts';
import { invalidToken, IssuerUnavailable } from './refusal.ts';
import type { AuthenticatedInfo, Fetch, IssuerSettings, VerifyToken } from './types.ts';
import { createVerifier } from './verifier.ts';

export interface SignInOptions {
  /** Scheme, host and port by which clients reach us; no path, no slash at the end. */
  readonly publicUrl: string;
  /** Paths that are resources of their own. */
  readonly paths: readonly string[];
  readonly issuers: readonly IssuerSettings[];
  /** Asked of every call. */
  readonly readScope: string;
  /** Tokens that we made ourselves; asked every time. */
  readonly personalTokens?: VerifyToken;
  /** Of all processes that answer for us; default: each remembers its own. */
  readonly useProof?: UseProof;
  readonly logger: Logger;
  /** Told of each refusal, with the rule that was broken. */
  readonly onRefused?: (request: Request, rule: string) => Promise<void>;
  readonly fetch?: Fetch;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface SignIn {
  /** Whose request this is, or the answer that refuses it. */
  authenticate(request: Request): Promise<AuthenticatedInfo | Response>;
  /** The documents by which clients find the issuer; undefined for other paths. */
  metadata(request: Request): Promise<Response | undefined>;
}

/** We are a resource server: issuers sign people in, we judge what they issued. */
export function createSignIn(options: SignInOptions): SignIn {
  const { publicUrl, issuers: settings, readScope, logger, now = Date.now } = options;
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const issuers = createIssuers(settings, fetch, now);
  const prefix = settings[0]?.scopePrefix ?? '';
  const verifier = createVerifier(
    options.personalTokens ? [options.personalTokens] : [],
    [verifyJwts(issuers, fetch, now), introspectTokens(settings, fetch, now)],
    now,
  );
  const proofs = createProofs(now, options.useProof);
  const proven = new WeakSet<Request>();
  const gates = new Map(
    options.paths.map((path) => {
      const resource = `${publicUrl}${path}`;
      const gate = {
        requiredScopes: [`${prefix}${readScope}`],
        expectedResource: new URL(resource),
        resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(new URL(resource)),
        verifier: {
          verifyAccessToken: async (token: string) =>
            authInfo(token, resource, await verifier.verify(token, resource), prefix),
        },
      };
      return [path, gate];
    }),
  );
  return {
    metadata: (request) => metadataResponse(request, { ...options, issuers, prefix }),
    authenticate: async (request) => {
      const gate = gates.get(new URL(request.url).pathname);
      if (!gate) return new Response(null, { status: 404 });
      const header = request.headers.get('authorization');
      const isProven = /^DPoP /iu.test(header ?? '');
      try {
        const bearer = isProven ? (header ?? '').replace(/^DPoP /iu, 'Bearer ') : header;
        const info = (await verifyBearerToken(bearer, gate)) as AuthenticatedInfo;
        await requireProof(request, info, isProven);
        return info;
      } catch (error) {
        await tell(request, error);
        if (!(error instanceof OAuthError)) return failed(error, logger);
        return challenge(bearerAuthChallengeResponse(error, gate), isProven);
      }
    },
  };

  /** A subscription is asked whose it is with the request that began it, whose proof counted then. */
  async function requireProof(
    request: Request,
    { token, extra: { identity } }: AuthenticatedInfo,
    isProven: boolean,
  ): Promise<void> {
    const { boundTo } = identity;
    if (boundTo === undefined && !isProven) return;
    if (boundTo === undefined) throw invalidToken('the token is bound to no key');
    if (!isProven) throw invalidToken('the token is bound to a key, and the request does not prove it');
    if (proven.has(request)) return;
    await proofs.require(request, token, `${publicUrl}${new URL(request.url).pathname}`, boundTo);
    proven.add(request);
  }

  /** A request without any token is how every sign-in begins; it is no event. A refusal stands, told or not. */
  async function tell(request: Request, error: unknown): Promise<void> {
    if (!request.headers.has('authorization')) return;
    await options
      .onRefused?.(request, error instanceof Error ? error.message : 'unknown')
      .catch((cause: unknown) =>
        logger.error('auth.audit.failed', {
          message: cause instanceof Error ? cause.message : String(cause),
        }),
      );
  }

  function authInfo(
    token: string,
    resource: string,
    identity: Awaited<ReturnType<typeof verifier.verify>>,
    scopePrefix: string,
  ): AuthInfo {
    return {
      token,
      clientId: identity.credential,
      // One list serves the challenge and the check, so both carry the prefix under which scopes are asked for.
      scopes: identity.scopes.map((scope) => `${scopePrefix}${scope}`),
      // The issuer's clock may be ahead of ours by as much as is tolerated.
      expiresAt: identity.expiresAt + skewOf(identity.issuer),
      resource: new URL(resource),
      extra: { identity },
    };
  }

  function skewOf(issuer: string): number {
    return settings.find((each) => each.issuer === issuer)?.clockSkewSeconds ?? 0;
  }
}

/** Told which way to come: with a key whoever came with one, or either way. */
function challenge(response: Response, isProven: boolean): Response {
  const told = response.headers.get('www-authenticate');
  if (told === null || !isProven) return response;
  const headers = new Headers(response.headers);
  headers.set(
    'www-authenticate',
    `${told.replace(/^Bearer/u, 'DPoP')}, algs="${PROOF_ALGORITHMS.join(' ')}"`,
  );
  return new Response(response.body, { status: response.status, headers });
}

/** An issuer or a catalog that is away is not the caller's fault. */
function failed(error: unknown, logger: Logger): Response {
  logger.error('auth.failed', { message: error instanceof Error ? error.message : String(error) });
  return new Response(null, {
    status: error instanceof IssuerUnavailable || toAppError(error).kind === 'transient' ? 503 : 500,
    headers: { 'retry-after': '5' },
  });
}
