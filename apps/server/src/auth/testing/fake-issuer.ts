import { silentLogger } from '@fumikura/logging';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import { createSignIn } from '../gate.ts';
import type { SignInOptions } from '../gate.ts';
import type { IssuerSettings } from '../types.ts';

export const ISSUER = 'https://id.example/tenant';
export const PUBLIC = 'https://search.example';
export const MCP = `${PUBLIC}/mcp`;
const SETTINGS: IssuerSettings = {
  issuer: ISSUER,
  audiences: [],
  types: ['at+jwt'],
  algorithms: ['RS256', 'ES256'],
  scopeClaim: 'scope',
  scopePrefix: '',
  scopeNames: {},
  subjectClaim: 'sub',
  clockSkewSeconds: 30,
};

export type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
export const first = await generateKeyPair('ES256');
export const second = await generateKeyPair('ES256');
export const stranger = await generateKeyPair('ES256');
export const rsa = await generateKeyPair('RS512');

/** An issuer as our server sees it over the network. */
export class FakeIssuer {
  /** The gate of the SDK looks at the real clock too, so tokens live around it. */
  now = Date.now();
  keys: [string, Pair][] = [['one', first]];
  isAway = false;
  requests: string[] = [];
  active: Record<string, unknown> | undefined;

  readonly fetch = async (url: string): Promise<Response> => {
    this.requests.push(url);
    if (this.isAway) throw new TypeError('fetch failed');
    if (url === `${ISSUER}/.well-known/openid-configuration`)
      return Response.json({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys` });
    if (url === `${ISSUER}/keys`) {
      const keys = this.keys.map(async ([kid, { publicKey }]): Promise<JWK> => ({
        ...(await exportJWK(publicKey)),
        kid,
        use: 'sig',
      }));
      return Response.json({ keys: await Promise.all(keys) });
    }
    if (url === `${ISSUER}/introspect`) return Response.json(this.active ?? { active: false });
    return new Response(null, { status: 404 });
  };

  token(
    claims: JWTPayload = {},
    {
      kid = 'one',
      pair = first,
      alg = 'ES256',
      typ = 'at+jwt',
    }: { kid?: string; pair?: Pair; alg?: string; typ?: string } = {},
  ): Promise<string> {
    const seconds = this.now / 1_000;
    const all = {
      iss: ISSUER,
      aud: MCP,
      sub: 'alice',
      scope: 'knowledge:read',
      exp: seconds + 600,
      ...claims,
    };
    return new SignJWT(all).setProtectedHeader({ alg, kid, typ }).sign(pair.privateKey);
  }
}

/** Our side of it. */
export function signInWith(
  issuer: FakeIssuer,
  settings: Partial<IssuerSettings> = {},
  more: Partial<SignInOptions> = {},
) {
  return createSignIn({
    publicUrl: PUBLIC,
    paths: ['/mcp', '/mcp/openai'],
    issuers: [{ ...SETTINGS, ...settings }],
    readScope: 'knowledge:read',
    logger: silentLogger,
    fetch: issuer.fetch,
    now: () => issuer.now,
    ...more,
  });
}

export async function ask(gate: ReturnType<typeof signInWith>, token: string | undefined, url = MCP) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await gate.authenticate(new Request(url, { method: 'POST', headers }));
  if (!(answer instanceof Response)) return { status: 200, identity: answer.extra.identity, challenge: '' };
  return {
    status: answer.status,
    identity: undefined,
    challenge: answer.headers.get('www-authenticate') ?? '',
  };
}
