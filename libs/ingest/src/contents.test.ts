import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { it } from 'node:test';
import { sweepFolders } from '@fumikura/http';
import { Contents } from './contents.ts';

const LARGE = 2 * 1_024 * 1_024;
const BODY = {
  type: 'content' as const,
  mediaType: 'text/plain',
  fileName: 'a.txt',
  sizeBytes: LARGE,
  read: () => Promise.reject(new Error('it is saved')),
  save: (path: string) => writeFile(path, 'x'),
};
/** Holds a content in a file and says where, until it is ended. */
const HOLDING = `
import { writeFile } from 'node:fs/promises';
import { Contents } from ${JSON.stringify(new URL('./contents.ts', import.meta.url).href)};
const body = { sizeBytes: ${LARGE}, save: (path) => writeFile(path, 'x') };
const { path } = await new Contents().read(body, new AbortController().signal);
console.log(path);
setInterval(() => undefined, 1_000);
`;

it('[sync.contents-swept] what a process left that was ended the hard way is removed, and nothing of one that runs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fumi-sweep-'));
  const hold = async () => {
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', HOLDING], {
      env: { TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, place: dirname(said.toString().trim()) };
  };
  const [killed, running] = await Promise.all([hold(), hold()]);
  try {
    killed.child.kill('SIGKILL');
    await once(killed.child, 'exit');
    const foreign = join(folder, basename(killed.place).replace(/-[0-9a-f]{12}-/u, '-000000000000-'));
    const before = join(folder, basename(killed.place).replace(/\d+/u, String(process.pid)));
    for (const each of [foreign, before, join(folder, 'fumi-contents-other')]) mkdirSync(each);
    assert.equal(await sweepFolders(folder), 2);
    assert.deepEqual([existsSync(killed.place), existsSync(before)], [false, false]);
    assert.deepEqual([existsSync(running.place), existsSync(foreign)], [true, true]);
  } finally {
    running.child.kill('SIGKILL');
    await once(running.child, 'exit');
    rmSync(folder, { recursive: true });
  }
});

it('[sync.contents-swept] contents of this process stay while they are used', async () => {
  const contents = new Contents();
  const content = await contents.read(BODY, new AbortController().signal);
  await sweepFolders();
  assert.ok('path' in content && existsSync(content.path));
  await contents.close();
  assert.ok(!existsSync(content.path));
});
