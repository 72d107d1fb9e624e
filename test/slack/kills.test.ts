import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { postgresMissing, startPostgres } from '@fumikura/testkit';
import { runKills } from './kills.ts';
import type { KillsOptions } from './kills.ts';
import { MODES } from './setting.ts';

const KILLS = 7;

async function proves(options: KillsOptions): Promise<void> {
  const { kills, twice, lost, wrong } = await runKills(KILLS, options);
  assert.deepEqual(wrong, []);
  assert.deepEqual({ kills, twice, lost }, { kills: KILLS, twice: 0, lost: 0 });
}

for (const [at, mode] of MODES.entries())
  it(`[slack.killed] a process that is killed while it answers, by ${mode}: answered or told, never twice`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fumi-kills-'));
    try {
      await proves({ mode, seed: at + 1, state: { kind: 'sqlite', file: join(folder, 'fumi.db') } });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

it(
  '[slack.killed] a process that is killed while it answers, over PostgreSQL: answered or told, never twice',
  { skip: postgresMissing() },
  async () => {
    const server = await startPostgres();
    try {
      await proves({ mode: 'socket', seed: 3, state: { kind: 'postgres', url: server.url } });
    } finally {
      await server.stop();
    }
  },
);
