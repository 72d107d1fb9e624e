import { createRemoteJWKSet, exportJWK, exportPKCS8, generateKeyPair, jwtVerify } from 'jose';
import { errors } from 'oidc-provider';
import type { ClientMetadata, Provider } from 'oidc-provider';

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** A client that proves itself with a key; the provider takes each of its assertions once. */
export async function exchangeClient(): Promise<{
  readonly client: ClientMetadata & { client_id: string };
  readonly privateKey: string;
}> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'exchange', alg: 'ES256', use: 'sig' };
  return {
    privateKey: await exportPKCS8(privateKey),
    client: {
      client_id: 'fumikura-exchange',
      redirect_uris: [],
      response_types: [],
      grant_types: [TOKEN_EXCHANGE],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [jwk] },
    },
  };
}

interface Asked {
  readonly subject_token?: string;
  readonly subject_token_type?: string;
  readonly resource?: string;
  readonly scope?: string;
}

/** RFC 8693 for access tokens: whose it was, it stays; for one resource that is named. */
export function allowExchange(provider: Provider, issuer: string): void {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  provider.registerGrantType(
    TOKEN_EXCHANGE,
    async (context) => {
      const { client, params = {} } = context.oidc;
      const { subject_token: subject = '', subject_token_type: type, resource, scope } = params as Asked;
      if (!client || type !== ACCESS_TOKEN || !resource) throw new errors.InvalidRequest('what is asked for');
      const verified = await jwtVerify(subject, keys, { issuer, typ: 'at+jwt' }).catch(() => undefined);
      const accountId = verified?.payload.sub;
      if (!accountId || accountId.startsWith('unwilling')) throw new errors.InvalidGrant('the subject token');
      const token = new provider.AccessToken({ client, accountId, ...(scope && { scope }) } as never);
      token.resourceServer = new provider.ResourceServer(resource, {
        scope: scope ?? '',
        audience: resource,
        accessTokenTTL: 300,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      });
      context.body = {
        access_token: await token.save(),
        issued_token_type: ACCESS_TOKEN,
        token_type: 'Bearer',
        expires_in: 300,
      };
    },
    ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'resource', 'scope'],
    [],
  );
}
