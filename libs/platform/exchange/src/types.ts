import type { Secret } from '@fumikura/config';

/** How we prove to the issuer which client we are. */
export type ClientProof =
  | { readonly secret: Secret }
  /** RFC 7523; the certificate, where the issuer knows the key by it, in PEM. */
  | { readonly privateKey: Secret; readonly certificate?: string; readonly keyId?: string };

/** How tokens that people bring are exchanged for tokens that one source accepts. */
export interface ExchangeSettings {
  /** RFC 8693, or the on-behalf-of flow of Entra ID (RFC 7523 with `requested_token_use`). */
  readonly form: 'token-exchange' | 'on-behalf-of';
  /** Tokens of this issuer alone are exchanged: nobody else is ever sent one. */
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly proof: ClientProof;
  readonly audience?: string;
  readonly resource?: string;
  readonly scopes: readonly string[];
  /** Accepted in `aud` of what is given, where it can be looked into; empty: the source alone decides. */
  readonly audiences: readonly string[];
  /** Milliseconds for one exchange. */
  readonly timeoutMs: number;
}

/** What somebody signed in with, verified. */
export interface SubjectToken {
  readonly issuer: string;
  readonly subject: string;
  readonly token: { reveal(): string };
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** Whether it holds still, where its end is known at once. */
  readonly holdsStill?: () => Promise<boolean>;
}

export interface TokenExchange {
  readonly issuer: string;
  /**
   * A token of the same person for the source.
   * @throws AppError EXCHANGE_REFUSED (permission), EXCHANGE_UNAVAILABLE (transient), EXCHANGE_INVALID (auth) when what the issuer gave is not to be used
   */
  tokenFor(subject: SubjectToken, signal: AbortSignal): Promise<Secret>;
  /** The source did not take this one: it is not given again. */
  forget(token: Secret): void;
  /** Somebody left or changed: everything is asked for anew. */
  clear(): void;
}
