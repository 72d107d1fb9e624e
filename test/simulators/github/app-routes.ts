import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { SimulatedAnswer } from '../kit/simulator.ts';
import { userAnswer } from './answers.ts';
import type { Answers } from './answers.ts';

const APP = 4711;
const INSTALLATION = 77;
export const keys = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

/** What an app asks in its own name; tokens it is given are added to `tokens`. */
export function appRoute(
  answers: Answers,
  path: string,
  jwt: string,
  tokens: string[],
  nowMs: number,
): SimulatedAnswer | undefined {
  const { world } = answers;
  if (!isSigned(jwt, nowMs))
    return { status: 401, body: { message: 'A JSON web token could not be decoded' } };
  const account = world.account.kind === 'app' ? world.account : undefined;
  const organisation = world.organisations.get(account?.organisation ?? '');
  if (!organisation) return undefined;
  const user = userAnswer(answers, { id: organisation.id, login: organisation.login, name: null });
  const permissions = {
    metadata: 'read',
    contents: 'read',
    issues: 'read',
    pull_requests: 'read',
    members: 'read',
    discussions: 'read',
    ...(account?.seesBasePermission && { organization_administration: 'read' }),
  };
  const described = {
    id: INSTALLATION,
    app_id: APP,
    app_slug: 'fumikura',
    target_id: organisation.id,
    target_type: 'Organization',
    single_file_name: null,
    repository_selection: 'all',
    access_tokens_url: `${answers.api}/app/installations/${INSTALLATION}/access_tokens`,
    html_url: answers.web,
    repositories_url: `${answers.api}/installation/repositories`,
    events: [],
    // The description asks for a person and an enterprise in one.
    account: {
      ...user,
      name: organisation.login,
      slug: organisation.login,
      created_at: null,
      updated_at: null,
    },
    permissions,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    suspended_by: null,
    suspended_at: null,
  };
  if (path === '/app/installations') return { status: 200, body: [described] };
  if (path !== `/app/installations/${INSTALLATION}/access_tokens`) return undefined;
  const token = `ghs_${createHash('sha256').update(`${tokens.length}/${answers.api}`).digest('hex')}`;
  tokens.push(token);
  const expires = new Date(nowMs + 3_600_000).toISOString();
  return { status: 201, body: { token, expires_at: expires, permissions, repository_selection: 'all' } };
}

/** Signed by the app's key and not older than ten minutes. */
function isSigned(jwt: string, nowMs: number): boolean {
  const [head = '', claims = '', signature = ''] = jwt.split('.');
  const key = createPublicKey(keys.publicKey);
  const isTrue = verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'));
  if (!isTrue) return false;
  const { iat, exp, iss } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<
    string,
    number | string
  >;
  const now = nowMs / 1_000;
  return Number(iat) <= now && Number(exp) > now && Number(exp) - now <= 600 && String(iss) === String(APP);
}
