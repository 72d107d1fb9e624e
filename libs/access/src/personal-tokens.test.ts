import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createPersonalTokens } from './personal-tokens.ts';
import { tokenFolder } from './token-folder.ts';

let folder: string;
let at = Date.parse('2026-05-01');
const now = () => at;
beforeEach(async () => {
  at = Date.parse('2026-05-01');
  folder = join(await mkdtemp(join(tmpdir(), 'fumi-tokens-')), 'tokens');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const wanted = {
  person: 'alice',
  name: 'ci',
  scopes: ['knowledge:read'],
  expiresAt: '2026-06-01T00:00:00.000Z',
};

test('[token.hashed] a token is found by itself alone, and is not kept', async () => {
  const tokens = createPersonalTokens(tokenFolder(folder), now);
  const { token, record } = await tokens.create(wanted);
  assert.deepEqual(await tokens.find(token), record);
  const [name = ''] = await readdir(folder);
  assert.ok(!(await readFile(join(folder, name), 'utf8')).includes(token.slice(22)));
  assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
});

test('[token.forged] a token that differs in anything is none', async () => {
  const tokens = createPersonalTokens(tokenFolder(folder), now);
  const { token } = await tokens.create(wanted);
  const other = await tokens.create(wanted);
  const forged = [
    token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A'),
    token.slice(0, 22) + other.token.slice(22),
    `${token}A`,
    token.replace('fumi_', 'FUMI_'),
    `fumi_../../etc/x_${'A'.repeat(43)}`,
    'fumi_',
    '',
  ];
  for (const each of forged) assert.equal(await tokens.find(each), undefined, each);
});

test('[token.expiry] a token holds until it expires', async () => {
  const tokens = createPersonalTokens(tokenFolder(folder), now);
  const { token } = await tokens.create(wanted);
  at = Date.parse(wanted.expiresAt) - 1;
  assert.ok(await tokens.find(token));
  at = Date.parse(wanted.expiresAt);
  assert.equal(await tokens.find(token), undefined);
});

test('[token.revoked] a revoked token does not hold for any process from the next look on', async () => {
  const tokens = createPersonalTokens(tokenFolder(folder), now);
  const elsewhere = createPersonalTokens(tokenFolder(folder), now);
  const { token, record } = await tokens.create(wanted);
  assert.ok(await elsewhere.find(token));
  assert.equal(await tokens.revoke(record.id), true);
  assert.equal(await elsewhere.find(token), undefined);
  assert.equal(await tokens.revoke('0'.repeat(16)), false);
  assert.equal(await tokens.revoke('../../x'), false);
  assert.deepEqual(
    (await tokens.list()).map(({ id, revokedAt }) => [id, revokedAt]),
    [[record.id, '2026-05-01T00:00:00.000Z']],
  );
});
