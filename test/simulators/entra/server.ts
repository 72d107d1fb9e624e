import { createHash, X509Certificate } from 'node:crypto';
import { createLocalJWKSet, exportJWK, generateKeyPair, importX509, jwtVerify, SignJWT } from 'jose';
import type { CryptoKey, JWTPayload } from 'jose';
import { startSimulator } from '../kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../kit/simulator.ts';

/**
 * Sign-in of a tenant of Entra ID as its pages describe version 2 and the on-behalf-of flow: what a web API sends to exchange a person's
 * token, and what is refused with which code. It takes nothing that those pages do not.
 */
export interface EntraSimulator {
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly simulator: Simulator;
  /** What a client that the person signed in with sends to our web API. */
  signInAs(oid: string, claims?: JWTPayload): Promise<string>;
  /** Whose a token for Graph is; undefined for any other token. */
  graphPersonOf(token: string): Promise<string | undefined>;
  /** Who has agreed that the web API reads their files; default everybody. */
  readonly refused: Set<string>;
  /** Instead of the ordinary answer to an exchange. */
  misbehave(how: Misbehaviour | undefined): void;
  /** A token for Graph as the service makes it, with other claims. */
  graphToken(oid: string, claims?: JWTPayload): Promise<string>;
  /** Exchanges asked for so far. */
  readonly exchanges: number;
  close(): Promise<void>;
}

export type Misbehaviour = (
  form: URLSearchParams,
  ordinary: () => Promise<SimulatedAnswer>,
) => Promise<SimulatedAnswer>;

export interface EntraOptions {
  readonly tenant: string;
  /** The web API: its tokens have it as their audience. */
  readonly clientId: string;
  readonly proof: { readonly secret: string } | { readonly certificate: string };
  /** Seconds that tokens for Graph hold; default 3,600. */
  readonly holdsSeconds?: number;
}

const GRAPH = 'https://graph.microsoft.com';
const CLOCK_SECONDS = 300;

export async function startEntraSimulator(options: EntraOptions): Promise<EntraSimulator> {
  const { tenant, clientId, holdsSeconds = 3_600 } = options;
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'tenant-key', use: 'sig', alg: 'RS256' };
  const keys = createLocalJWKSet({ keys: [jwk] });
  const refused = new Set<string>();
  const usedAssertions = new Set<string>();
  let misbehaviour: Misbehaviour | undefined;
  let exchanges = 0;
  const simulator = await startSimulator({ answer: (request) => answer(request) });
  const issuer = `${simulator.url}/${tenant}/v2.0`;
  const tokenUrl = `${simulator.url}/${tenant}/oauth2/v2.0/token`;

  const sign = (claims: JWTPayload, key: CryptoKey = privateKey) => {
    const now = Math.floor(Date.now() / 1_000);
    const times = { iat: now, nbf: now, exp: now + holdsSeconds };
    return new SignJWT({ ver: '2.0', iss: issuer, tid: tenant, ...times, ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'tenant-key' })
      .sign(key);
  };
  const graphToken = (oid: string, claims: JWTPayload = {}) =>
    sign({
      aud: GRAPH,
      oid,
      sub: `pairwise-${oid}`,
      scp: 'Files.Read.All User.Read',
      appid: clientId,
      ...claims,
    });

  const answer = async (request: SimulatedRequest): Promise<SimulatedAnswer | undefined> => {
    const { pathname } = request.url;
    if (pathname === `/${tenant}/v2.0/.well-known/openid-configuration`)
      return ok({
        issuer,
        jwks_uri: `${simulator.url}/${tenant}/discovery/v2.0/keys`,
        token_endpoint: tokenUrl,
      });
    if (pathname === `/${tenant}/discovery/v2.0/keys`) return ok({ keys: [jwk] });
    if (`${simulator.url}${pathname}` !== tokenUrl || request.method !== 'POST') return undefined;
    exchanges++;
    const form = new URLSearchParams(Buffer.from(request.raw).toString('utf8'));
    const ordinary = () => exchange(form, request);
    return misbehaviour ? misbehaviour(form, ordinary) : ordinary();
  };

  const exchange = async (form: URLSearchParams, { headers }: SimulatedRequest): Promise<SimulatedAnswer> => {
    if (headers['content-type'] !== 'application/x-www-form-urlencoded')
      return error(400, 'invalid_request', 'AADSTS900144');
    if (form.get('client_id') !== clientId) return error(400, 'unauthorized_client', 'AADSTS700016');
    if (!(await isProven(form, options, tokenUrl, usedAssertions)))
      return error(401, 'invalid_client', 'AADSTS7000215');
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      return error(400, 'unsupported_grant_type', 'AADSTS70003');
    if (form.get('requested_token_use') !== 'on_behalf_of')
      return error(400, 'invalid_request', 'AADSTS900144');
    const scopes = (form.get('scope') ?? '').split(' ').filter(Boolean);
    if (scopes.length === 0 || scopes.some((scope) => !scope.startsWith(`${GRAPH}/`)))
      return error(400, 'invalid_scope', 'AADSTS70011');
    const person = await jwtVerify(form.get('assertion') ?? '', keys, { issuer, audience: clientId }).catch(
      () => undefined,
    );
    if (!person) return error(400, 'invalid_grant', 'AADSTS50013');
    const oid = String(person.payload['oid']);
    if (refused.has(oid)) return error(400, 'interaction_required', 'AADSTS65001');
    return ok({
      token_type: 'Bearer',
      scope: scopes.join(' '),
      expires_in: holdsSeconds,
      ext_expires_in: holdsSeconds,
      access_token: await graphToken(oid),
    });
  };

  return {
    issuer,
    tokenUrl,
    simulator,
    refused,
    graphToken,
    signInAs: (oid, claims = {}) =>
      sign({
        aud: clientId,
        oid,
        sub: `pairwise-for-us-${oid}`,
        scp: 'knowledge.read',
        azp: 'a-client',
        ...claims,
      }),
    graphPersonOf: async (token) => {
      const verified = await jwtVerify(token, keys, { issuer, audience: GRAPH }).catch(() => undefined);
      return typeof verified?.payload['oid'] === 'string' ? verified.payload['oid'] : undefined;
    },
    misbehave: (how) => void (misbehaviour = how),
    get exchanges() {
      return exchanges;
    },
    close: () => simulator.close(),
  };
}

/** A secret, or an assertion signed with the key of the registered certificate: for this endpoint, soon over, once. */
async function isProven(
  form: URLSearchParams,
  { clientId, proof }: EntraOptions,
  tokenUrl: string,
  used: Set<string>,
): Promise<boolean> {
  if ('secret' in proof) return form.get('client_secret') === proof.secret && !form.has('client_assertion');
  if (form.has('client_secret')) return false;
  if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    return false;
  const { raw } = new X509Certificate(proof.certificate);
  const key = await importX509(proof.certificate, 'RS256');
  const verified = await jwtVerify(form.get('client_assertion') ?? '', key, {
    issuer: clientId,
    subject: clientId,
    audience: tokenUrl,
    algorithms: ['RS256', 'PS256'],
    requiredClaims: ['exp', 'nbf', 'jti'],
    maxTokenAge: CLOCK_SECONDS,
  }).catch(() => undefined);
  const jti = verified?.payload.jti ?? '';
  const thumbprint = createHash('sha256').update(raw).digest('base64url');
  if (!verified || verified.protectedHeader['x5t#S256'] !== thumbprint || used.has(jti)) return false;
  used.add(jti);
  return true;
}

function ok(body: unknown): SimulatedAnswer {
  return { status: 200, body };
}

function error(status: number, name: string, code: string): SimulatedAnswer {
  return {
    status,
    body: { error: name, error_description: `${code}: refused.`, error_codes: [Number(code.slice(6))] },
  };
}
