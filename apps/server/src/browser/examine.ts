import { judgedConnections, redirectTarget, refuseInnerAddress } from '@fumikura/http';
import * as openid from 'openid-client';
import { IssuerUnavailable } from '../auth/refusal.ts';
import { configurationOf } from './code-flow.ts';
import type { CodeFlowOptions } from './code-flow.ts';
import { SIGN_IN_PATH, SIGNED_IN_PATH } from './slack-sign-in.ts';

export interface SignInFinding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface ExaminedSignIn extends Omit<CodeFlowOptions, 'redirectUri' | 'now'> {
  /** As of the page. */
  readonly publicUrl: string;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 10_000;
const MAX_HOPS = 5;

/**
 * What has to be right before anybody gets a code by a browser: the issuer says what is needed, it knows the client and its secret, it
 * sends browsers back to our page, and the page is there. Nobody signs in, and nothing is kept.
 */
export async function examineSlackSignIn(options: ExaminedSignIn): Promise<SignInFinding[]> {
  const redirectUri = `${options.publicUrl}${SIGNED_IN_PATH}`;
  const flow = { ...options, redirectUri };
  const found: SignInFinding[] = [];
  let configuration: openid.Configuration | undefined;
  try {
    configuration = await configurationOf(flow)();
    found.push(issuerFinding(configuration, flow));
  } catch (cause) {
    options.signal.throwIfAborted();
    found.push(finding('issuer', false, `${options.issuer.issuer} cannot be asked: ${wordsOf(cause)}`));
  }
  if (configuration) {
    found.push(await clientFinding(configuration, flow));
    found.push(await returnFinding(configuration, flow));
  }
  return [...found, await pageFinding(options)];
}

type Flow = ExaminedSignIn & { readonly redirectUri: string };

function finding(what: string, ok: boolean, detail: string): SignInFinding {
  return { check: `slack sign-in ${what}`, ok, detail };
}

function issuerFinding(
  configuration: openid.Configuration,
  { issuer: { issuer, algorithms }, scope, client }: Flow,
): SignInFinding {
  const server = configuration.serverMetadata();
  const lacks = (values: unknown, wanted: readonly string[], what: string) =>
    Array.isArray(values) && !wanted.some((each) => values.includes(each)) ? [what] : [];
  const missing = [
    ...['authorization_endpoint', 'token_endpoint', 'jwks_uri'].filter((name) => server[name] === undefined),
    ...lacks(server.response_types_supported, ['code'], 'the authorization code flow'),
    ...lacks(server.code_challenge_methods_supported, ['S256'], 'PKCE with S256'),
    ...lacks(
      server.id_token_signing_alg_values_supported,
      algorithms,
      `a signature by ${algorithms.join(', ')}`,
    ),
    ...scope.split(' ').flatMap((each) => lacks(server.scopes_supported, [each], `the scope ${each}`)),
    ...lacks(
      server.token_endpoint_auth_methods_supported,
      client.secret === undefined ? ['none'] : ['client_secret_basic', 'client_secret_post'],
      client.secret === undefined ? 'clients without a secret' : 'clients with a secret',
    ),
  ];
  return missing.length === 0
    ? finding('issuer', true, `${issuer} takes what is asked`)
    : finding('issuer', false, `${issuer} does not offer: ${missing.join('; ')}`);
}

/** A code that is none: an issuer that knows the client refuses the code, any other one the client (RFC 6749, 5.2). */
async function clientFinding(
  configuration: openid.Configuration,
  { client, redirectUri }: Flow,
): Promise<SignInFinding> {
  const state = openid.randomState();
  const checks = { pkceCodeVerifier: openid.randomPKCECodeVerifier(), expectedState: state };
  const { issuer } = configuration.serverMetadata();
  const answer = new URLSearchParams({ code: openid.randomState(), state, iss: issuer });
  try {
    await openid.authorizationCodeGrant(configuration, new URL(`${redirectUri}?${answer}`), checks);
    return finding('client', false, 'the issuer took a code that it never made');
  } catch (error) {
    const said = error instanceof openid.ResponseBodyError ? error.error : undefined;
    if (said === 'invalid_grant') return finding('client', true, `the issuer knows ${client.id}`);
    const isRefused = said !== undefined || error instanceof openid.WWWAuthenticateChallengeError;
    return finding(
      'client',
      false,
      isRefused
        ? `the issuer does not take ${client.id} (${said ?? 'not authorized'}): check slack.signIn.clientId and clientSecret`
        : `the issuer does not answer for ${client.id}: ${wordsOf(error)}`,
    );
  }
}

/** Asked for somebody who is not signed in and may not be asked to: only to an address that it knows is a browser sent back with that. */
async function returnFinding(configuration: openid.Configuration, flow: Flow): Promise<SignInFinding> {
  const { redirectUri, scope } = flow;
  const state = openid.randomState();
  const address = openid.buildAuthorizationUrl(configuration, {
    ...{ redirect_uri: redirectUri, scope, state, nonce: openid.randomNonce(), prompt: 'none' },
    code_challenge: await openid.calculatePKCECodeChallenge(openid.randomPKCECodeVerifier()),
    code_challenge_method: 'S256',
  });
  try {
    const back = await sentBack(address, flow);
    if (back === undefined)
      return finding(
        'address',
        false,
        `the issuer does not send browsers back to ${redirectUri}: register it there as redirect URI of ${flow.client.id}`,
      );
    const said = back.searchParams.get('error') ?? '';
    const isExpected = /^(?:login|interaction|consent|account_selection)_required$/u.test(said);
    return back.searchParams.get('state') === state && isExpected
      ? finding('address', true, `the issuer sends browsers back to ${redirectUri}`)
      : finding(
          'address',
          false,
          `the issuer sends browsers back with ${/^\w+$/u.exec(said)?.[0] ?? 'no error'}`,
        );
  } catch (cause) {
    flow.signal.throwIfAborted();
    return finding('address', false, `the issuer's sign-in page cannot be reached: ${wordsOf(cause)}`);
  }
}

/** Where a browser is sent back to us; undefined when it stays at the issuer. */
async function sentBack(address: URL, flow: Flow): Promise<URL | undefined> {
  const home = new URL(flow.issuer.issuer);
  await refuseInnerAddress(address, home);
  const judged = judgedConnections(home);
  let at = address;
  for (let hops = 0; hops <= MAX_HOPS; hops++) {
    const response = await ask(at, flow, at.hostname === home.hostname ? undefined : await judged());
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return undefined;
    const next = URL.parse(location, at.href);
    if (next && `${next.origin}${next.pathname}` === flow.redirectUri) return next;
    at = await redirectTarget(at, location, home);
  }
  return undefined;
}

async function ask(
  at: URL,
  { fetch: send = fetch, signal }: Pick<Flow, 'fetch' | 'signal'>,
  dispatcher?: RequestInit['dispatcher'],
): Promise<Response> {
  const response = await send(at, {
    ...{ redirect: 'manual', ...(dispatcher && { dispatcher }) },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  await response.body?.cancel();
  return response;
}

async function pageFinding(options: ExaminedSignIn): Promise<SignInFinding> {
  const page = new URL(`${options.publicUrl}${SIGN_IN_PATH}`);
  try {
    const { status, headers } = await ask(page, options);
    const isSent = status === 302 && URL.parse(headers.get('location') ?? '')?.searchParams.has('client_id');
    return isSent === true
      ? finding('page', true, `${page.href} sends browsers to the issuer`)
      : finding(
          'page',
          false,
          `${page.href} answers ${status}: does "fumi up" or "fumi server" run behind it?`,
        );
  } catch (cause) {
    options.signal.throwIfAborted();
    return finding('page', false, `${page.href} cannot be reached from here: ${wordsOf(cause)}`);
  }
}

/** Of our own and of the network, never what the other side wrote. */
function wordsOf(error: unknown): string {
  if (error instanceof IssuerUnavailable) return error.message;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const { code, message = 'no answer' } = cause as { code?: unknown; message?: string };
  return typeof code === 'string' ? code : message.slice(0, 200);
}
