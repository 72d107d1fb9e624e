import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { identityOf, requireAudience } from './claims.ts';
import { createIssuerMetadata } from './issuer-metadata.ts';
import type { IssuerMetadata } from './issuer-metadata.ts';
import { KeySet } from './key-set.ts';
import { invalidToken, IssuerUnavailable } from './refusal.ts';
import type { Fetch, IssuerSettings, VerifyToken } from './types.ts';

/** Signed tokens of the configured issuers. What the token says before it is verified only chooses among these. */
export function verifyJwts(
  issuers: readonly { readonly settings: IssuerSettings; readonly metadata: IssuerMetadata }[],
  fetch: Fetch,
  now: () => number,
): VerifyToken {
  const known = new Map(
    issuers.map(({ settings, metadata }) => [
      settings.issuer,
      { settings, keys: new KeySet(() => keyAddress(settings, metadata), fetch, now) },
    ]),
  );
  return async (token, resource) => {
    if (token.split('.').length !== 3) return undefined;
    const issuer = known.get(statedIssuer(token));
    if (!issuer) throw invalidToken('the token is of an issuer that is not trusted here');
    const { settings, keys } = issuer;
    requireType(token, settings);
    const { payload } = await jwtVerify(token, (header, input) => keys.find(header, input), {
      issuer: settings.issuer,
      algorithms: [...settings.algorithms],
      clockTolerance: settings.clockSkewSeconds,
      requiredClaims: ['exp'],
      currentDate: new Date(now()),
    }).catch((error: unknown) => {
      throw refusal(error);
    });
    requireAudience(payload.aud, settings, resource);
    return identityOf(payload, settings);
  };
}

export function createIssuers(settings: readonly IssuerSettings[], fetch: Fetch, now: () => number) {
  return settings.map((each) => ({ settings: each, metadata: createIssuerMetadata(each, fetch, now) }));
}

async function keyAddress({ jwksUri }: IssuerSettings, metadata: IssuerMetadata): Promise<string> {
  if (jwksUri !== undefined) return jwksUri;
  const { jwks_uri: address } = await metadata.read();
  if (typeof address === 'string') return address;
  throw new IssuerUnavailable('the issuer names no keys');
}

function statedIssuer(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw invalidToken('the token cannot be read');
  }
}

/** An ID token, or whatever else the issuer signs for other uses, is no access token. */
function requireType(token: string, { types }: IssuerSettings): void {
  const plain = (type: string) => type.toLowerCase().replace(/^application\//u, '');
  let typ: unknown;
  try {
    ({ typ } = decodeProtectedHeader(token));
  } catch {
    throw invalidToken('the token cannot be read');
  }
  const stated = typ === undefined ? 'absent' : typeof typ === 'string' ? plain(typ) : '';
  if (!types.map(plain).includes(stated)) throw invalidToken('the token is of another type');
}

/** Which rule it broke, in our words: a library's message may quote the token. */
function refusal(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return invalidToken('the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed)
    return invalidToken(`the claim ${error.claim} of the token does not hold`);
  if (error instanceof errors.JOSEAlgNotAllowed)
    return invalidToken('the token is signed in a way that is not allowed');
  if (error instanceof errors.JWKSNoMatchingKey)
    return invalidToken('the token is signed with an unknown key');
  if (error instanceof errors.JOSEError) return invalidToken('the token is not signed as it must be');
  return error;
}
