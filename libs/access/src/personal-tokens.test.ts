import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { openSqliteState } from '@fumikura/store-sqlite';
import type { SqliteState } from '@fumikura/store-sqlite';
import { createPersonalTokens } from './personal-tokens.ts';

let folder: string;
let path: string;
let file: SqliteState;
let at = Date.parse('2026-05-01');
const now = () => at;
beforeEach(async () => {
  at = Date.parse('2026-05-01');
  folder = await mkdtemp(join(tmpdir(), 'fumi-tokens-'));
  path = join(folder, 'fumikura.db');
  file = openSqliteState({ file: path });
});
afterEach(async () => {
  file.close();
  await rm(folder, { recursive: true });
});

const wanted = {
  person: 'alice',
  name: 'ci',
  scopes: ['knowledge:read'],
  expiresAt: '2026-06-01T00:00:00.000Z',
};

test('[token.hashed] a token is found by itself alone, and is not kept', async () => {
  const tokens = createPersonalTokens(file.state, now);
  const { token, record } = await tokens.create(wanted);
  assert.deepEqual(await tokens.find(token), record);
  const kept = await Promise.all(
    [path, `${path}-wal`].map((each) => readFile(each, 'latin1').catch(() => '')),
  );
  assert.ok(kept.join('').includes(record.id), 'the record is kept');
  assert.ok(!kept.join('').includes(token.slice(22)));
});

test('[token.forged] a token that differs in anything is none', async () => {
  const tokens = createPersonalTokens(file.state, now);
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
  const tokens = createPersonalTokens(file.state, now);
  const { token } = await tokens.create(wanted);
  at = Date.parse(wanted.expiresAt) - 1;
  assert.ok(await tokens.find(token));
  at = Date.parse(wanted.expiresAt);
  assert.equal(await tokens.find(token), undefined);
});

test('[token.revoked] a revoked token does not hold for any process from the next look on', async (t) => {
  const tokens = createPersonalTokens(file.state, now);
  const another = openSqliteState({ file: path });
  t.after(() => another.close());
  const elsewhere = createPersonalTokens(another.state, now);
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
