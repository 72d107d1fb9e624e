import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { it } from 'node:test';
import { ownFolder, sweepFolders } from './index.ts';
import type { FolderKind } from './index.ts';

const KINDS: readonly FolderKind[] = ['contents', 'archive', 'eval', 'beside'];

it('[sync.contents-swept] a temporary folder of any kind goes when its process is gone, and no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fumi-sweep-'));
  const kept = await ownFolder('eval');
  const [, place = ''] = /^fumi-eval-\d+-(\w+)-/u.exec(basename(kept)) ?? [];
  try {
    const gone = spawnSync(process.execPath, ['--version']).pid;
    const left = KINDS.map((kind) => `fumi-${kind}-${gone}-${place}-a`);
    const others = [
      `fumi-eval-${process.ppid}-${place}-a`,
      `fumi-eval-${gone}-000000000000-a`,
      `fumi-home-${gone}-${place}-a`,
      'fumi-eval-a',
    ];
    for (const name of [...left, ...others]) mkdirSync(join(folder, name));
    assert.equal(await sweepFolders(folder), KINDS.length);
    assert.deepEqual(
      left.filter((name) => existsSync(join(folder, name))),
      [],
    );
    assert.deepEqual(
      others.filter((name) => !existsSync(join(folder, name))),
      [],
    );
    await sweepFolders();
    assert.ok(existsSync(kept));
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(kept, { recursive: true });
  }
});
