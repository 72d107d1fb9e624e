import {
  bearerAuthChallengeResponse,
  getOAuthProtectedResourceMetadataUrl,
  OAuthError,
  verifyBearerToken,
} from '@modelcontextprotocol/server';
import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Logger } from '@fumikura/logging';
import { createIssuers, verifyJwts } from './jwt.ts';
import { introspectTokens } from './introspection.ts';
import { metadataResponse } from './metadata.ts';
import { IssuerUnavailable } from './refusal.ts';
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
      try {
        return (await verifyBearerToken(request.headers.get('authorization'), gate)) as AuthenticatedInfo;
      } catch (error) {
        await tell(request, error);
        return error instanceof OAuthError ? bearerAuthChallengeResponse(error, gate) : failed(error, logger);
      }
    },
  };

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

/** An issuer that is away is not the caller's fault, and not ours. */
function failed(error: unknown, logger: Logger): Response {
  logger.error('auth.failed', { message: error instanceof Error ? error.message : String(error) });
  return new Response(null, {
    status: error instanceof IssuerUnavailable ? 503 : 500,
    headers: { 'retry-after': '5' },
  });
}
