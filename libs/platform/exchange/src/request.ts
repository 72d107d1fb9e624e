import { createHash, createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import { SignJWT } from 'jose';
import type { ClientProof, ExchangeSettings, SubjectToken } from './types.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const ASSERTION_SECONDS = 60;

/** The form that asks for a token; it holds the person's token and our proof: it goes to the token endpoint and nowhere else. */
export async function formOf(
  settings: ExchangeSettings,
  { token }: SubjectToken,
  nowMs: number,
): Promise<URLSearchParams> {
  const { form, clientId, audience, resource, scopes, proof, tokenUrl } = settings;
  const asked: Record<string, string> =
    form === 'on-behalf-of'
      ? {
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          requested_token_use: 'on_behalf_of',
          assertion: token.reveal(),
        }
      : {
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token: token.reveal(),
          subject_token_type: ACCESS_TOKEN,
          requested_token_type: ACCESS_TOKEN,
          ...(audience !== undefined && { audience }),
          ...(resource !== undefined && { resource }),
        };
  return new URLSearchParams({
    ...asked,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    client_id: clientId,
    ...(await proven(proof, clientId, tokenUrl, nowMs)),
  });
}

async function proven(
  proof: ClientProof,
  clientId: string,
  audience: string,
  nowMs: number,
): Promise<Record<string, string>> {
  if ('secret' in proof) return { client_secret: proof.secret.reveal() };
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assertion(proof, clientId, audience, nowMs),
  };
}

async function assertion(
  { privateKey, certificate, keyId }: Exclude<ClientProof, { secret: unknown }>,
  clientId: string,
  audience: string,
  nowMs: number,
): Promise<string> {
  const seconds = Math.floor(nowMs / 1_000);
  try {
    const key = createPrivateKey(privateKey.reveal());
    return await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({
        alg: algorithmOf(key),
        typ: 'JWT',
        ...(keyId !== undefined && { kid: keyId }),
        ...(certificate !== undefined && { 'x5t#S256': thumbprint(certificate) }),
      })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(audience)
      .setIssuedAt(seconds)
      .setNotBefore(seconds)
      .setExpirationTime(seconds + ASSERTION_SECONDS)
      .sign(key);
  } catch {
    // The cause would carry parts of the key into logs.
    throw new AppError('CONFIG_INVALID', 'config', 'the key of the token exchange cannot be used', {
      publicMessage: 'The key of the token exchange is no readable PEM of RSA, EC P-256 or Ed25519.',
    });
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  if (asymmetricKeyType === 'rsa') return 'RS256';
  if (asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256';
  throw new Error('an unsuitable key');
}

function thumbprint(certificate: string): string {
  return createHash('sha256').update(new X509Certificate(certificate).raw).digest('base64url');
}
