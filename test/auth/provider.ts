import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import type { ClientMetadata, Configuration } from 'oidc-provider';
import { openBrowser } from './browser.ts';
import { allowExchange, exchangeClient } from './exchange-grant.ts';

/** A real authorization server on loopback whose people agree to everything at once. */
export interface TestProvider {
  readonly issuer: string;
  /** Who signs in next; their address is verified. */
  signInAs(accountId: string): void;
  /** Follows a sign-in address as a browser with nobody in it would. @returns where the client is sent back to */
  browse(address: URL): Promise<URL>;
  /** Client secret of the resource server, for introspection. */
  readonly resourceServer: { readonly clientId: string; readonly clientSecret: string };
  /** What the resource server exchanges people's tokens with: its client, and the key that proves it. */
  readonly exchange: { readonly clientId: string; readonly privateKey: string };
  close(): Promise<void>;
}

export const REDIRECT_URI = 'http://127.0.0.1:9/callback';
export const CLIENT_ID = 'assistant';
const SCOPES = 'knowledge:read knowledge:documents';

/**
 * @param opaque resources whose access tokens only the provider can read; all others get signed ones
 * @param more clients beside those that every test has
 */
export async function startProvider(
  opaque: (resource: string) => boolean,
  more: readonly ClientMetadata[] = [],
): Promise<TestProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const resourceServer = { clientId: 'fumikura', clientSecret: 'a-secret-of-the-test' };
  const exchange = await exchangeClient();
  const provider = new Provider(issuer, configuration(resourceServer, [exchange.client, ...more], opaque));
  allowExchange(provider, issuer);
  let account = 'nobody';
  const callback = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const isQuestion = request.url?.startsWith('/interaction/') ?? false;
    void (isQuestion ? agree(provider, account, request, response) : callback(request, response));
  });
  return {
    issuer,
    signInAs: (accountId) => void (account = accountId),
    browse: (address) => openBrowser().openUntil(address, REDIRECT_URI),
    resourceServer,
    exchange: { clientId: exchange.client.client_id, privateKey: exchange.privateKey },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function configuration(
  { clientId, clientSecret }: TestProvider['resourceServer'],
  clients: readonly ClientMetadata[],
  opaque: (resource: string) => boolean,
): Configuration {
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        redirect_uris: [REDIRECT_URI],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
      },
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [],
        grant_types: [],
        response_types: [],
      },
      ...clients,
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    scopes: ['openid', 'email'],
    cookies: { keys: ['only for the test'] },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({
          scope: SCOPES,
          audience: resource,
          accessTokenTTL: 600,
          accessTokenFormat: opaque(resource) ? 'opaque' : 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    issueRefreshToken: () => true,
    extraTokenClaims: (_context, token) =>
      'accountId' in token ? { email: `${token.accountId}@example.com`, email_verified: true } : undefined,
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: true }),
    }),
  };
}

/** Signs in and consents to whatever is asked. */
async function agree(
  provider: Provider,
  accountId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login')
    return provider.interactionFinished(request, response, { login: { accountId } });
  const grant = new provider.Grant({
    accountId: session?.accountId ?? accountId,
    clientId: String(params['client_id']),
  });
  grant.addOIDCScope('openid email');
  for (const resource of [params['resource']].flat())
    if (typeof resource === 'string') grant.addResourceScope(resource, String(params['scope']));
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent });
}
