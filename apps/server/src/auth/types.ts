import type { AuthInfo } from '@modelcontextprotocol/server';

/** How one issuer's tokens are judged. Times in seconds. */
export interface IssuerSettings {
  readonly issuer: string;
  /** Empty: the resource that is asked. */
  readonly audiences: readonly string[];
  readonly types: readonly string[];
  readonly algorithms: readonly string[];
  readonly scopeClaim: string;
  readonly scopePrefix: string;
  readonly scopeNames: Readonly<Record<string, string>>;
  readonly subjectClaim: string;
  readonly clockSkewSeconds: number;
  readonly jwksUri?: string;
  readonly introspection?: {
    readonly url: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly cacheSeconds: number;
  };
}

/** Whom a verified token speaks of. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** The client that signed in, or the personal token's id. */
  readonly credential: string;
  readonly scopes: readonly string[];
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** Only when the issuer calls it verified. */
  readonly verifiedEmail?: string;
  /** The verdict may be remembered so long; default 60. */
  readonly cacheSeconds?: number;
  /** Thumbprint of the key that the token is bound to (RFC 9449): it counts with a proof of that key alone. */
  readonly boundTo?: string;
  /** Whether the credential holds still; for those whose end we know at once. */
  readonly holdsStill?: () => Promise<boolean>;
}

/** Says whom a token speaks of, or throws an OAuthError InvalidToken. Undefined for a token of another kind. */
export type VerifyToken = (token: string, resource: string) => Promise<Identity | undefined>;

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface AuthenticatedInfo extends AuthInfo {
  readonly extra: { readonly identity: Identity };
}
