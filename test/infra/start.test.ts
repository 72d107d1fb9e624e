import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PROGRAM } from '../e2e/fumi.ts';
import { composeServices, readCompose } from './compose.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

it('the one process starts with the arguments and configuration of its compose file, and is copied while it runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-start-'));
  try {
    const compose = readCompose(await readFile(join(ROOT, 'infra/compose/one-process.yaml'), 'utf8'));
    const config = await readFile(join(ROOT, 'infra/compose/config/one-process.yaml'), 'utf8');
    const file = join(folder, 'fumikura.yaml');
    await mkdir(join(folder, 'data'));
    await writeFile(
      file,
      config.replace('/data', join(folder, 'data')).replace('/documents', join(ROOT, 'examples/handbook')),
    );
    const args = (composeServices(compose)['fumikura']?.command ?? []).map(
      (each) => ({ '/config/fumikura.yaml': file, '0.0.0.0': '127.0.0.1', '7700': '0' })[each] ?? each,
    );
    const running = spawn(process.execPath, [PROGRAM, ...args, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(running, 'exit');
    try {
      const [line] = (await once(createInterface(running.stdout), 'line')) as [string];
      const { url } = JSON.parse(line) as { url: string };
      const status = async (path: string, method = 'GET') =>
        (await fetch(new URL(path, url), { method })).status;
      for (const probe of ['live', 'startup', 'ready']) assert.equal(await status(`/health/${probe}`), 200);
      assert.equal(await status('/mcp', 'POST'), 401, 'nobody asks without signing in');
      const copies = join(folder, 'copies');
      const script = join(ROOT, 'infra/backup/copy-file.mjs');
      const { status: code, stderr } = spawnSync(process.execPath, [script, join(folder, 'data'), copies], {
        encoding: 'utf8',
      });
      assert.equal(code, 0, stderr);
      const [copy = ''] = await readdir(copies);
      const database = new DatabaseSync(join(copies, copy, 'fumikura.db'), { readOnly: true });
      assert.equal(database.prepare('PRAGMA integrity_check').get()?.['integrity_check'], 'ok');
      database.close();
    } finally {
      running.kill('SIGTERM');
      const [code, signal] = (await ended) as [number | null, string | null];
      assert.deepEqual([code, signal], [0, null]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('the image starts the program with the settings of its first line', async () => {
  const [first = ''] = (await readFile(PROGRAM, 'utf8')).split('\n');
  const flags = first.split(' ').filter((word) => word.startsWith('--'));
  const [, entry = ''] =
    /^ENTRYPOINT (.*)$/mu.exec(await readFile(join(ROOT, 'infra/Dockerfile'), 'utf8')) ?? [];
  assert.ok(flags.length > 0);
  assert.deepEqual(JSON.parse(entry), ['node', ...flags, '/app/fumi.mjs']);
});
