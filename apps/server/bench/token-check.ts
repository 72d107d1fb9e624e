// The cost of judging a signed token: p50 in milliseconds for tokens never seen, and for one seen before. One JSON line.
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { silentLogger } from '@fumikura/logging';
import { createSignIn } from '../src/auth/index.ts';

const ISSUER = 'https://id.example';
const RESOURCE = 'https://search.example/mcp';
const TOKENS = 1_000;
const WARM_UP = 200;

const { publicKey, privateKey } = await generateKeyPair('RS256');
const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }];
const signIn = createSignIn({
  publicUrl: 'https://search.example',
  paths: ['/mcp'],
  issuers: [
    {
      issuer: ISSUER,
      audiences: [],
      types: ['at+jwt'],
      algorithms: ['RS256'],
      scopeClaim: 'scope',
      scopePrefix: '',
      scopeNames: {},
      subjectClaim: 'sub',
      clockSkewSeconds: 30,
      jwksUri: `${ISSUER}/keys`,
    },
  ],
  readScope: 'knowledge:read',
  logger: silentLogger,
  fetch: () => Promise.resolve(Response.json({ keys })),
});

async function request(at: number): Promise<Request> {
  const token = await new SignJWT({ scope: 'knowledge:read', jti: String(at) })
    .setProtectedHeader({ alg: 'RS256', kid: 'one', typ: 'at+jwt' })
    .setIssuer(ISSUER)
    .setAudience(RESOURCE)
    .setSubject(`person${at}`)
    .setExpirationTime('10m')
    .sign(privateKey);
  return new Request(RESOURCE, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
}

async function timed(asked: Request): Promise<number> {
  const started = performance.now();
  const answer = await signIn.authenticate(asked);
  const took = performance.now() - started;
  if (answer instanceof Response) throw new Error(`refused with ${answer.status}`);
  return took;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const requests = await Promise.all(Array.from({ length: TOKENS + WARM_UP }, (_, at) => request(at)));
for (const asked of requests.slice(0, WARM_UP)) await timed(asked);
const cold: number[] = [];
for (const asked of requests.slice(WARM_UP)) cold.push(await timed(asked));
const cached: number[] = [];
for (const asked of requests.slice(WARM_UP)) cached.push(await timed(asked));
process.stdout.write(`${JSON.stringify({ coldMs: median(cold), cachedMs: median(cached) })}\n`);
