#!/usr/bin/env -S MALLOC_ARENA_MAX=2 node --max-semi-space-size=2 --heap-growing-percent=20
// With few short-lived objects and little garbage kept, a sync takes a third less memory, and no longer. What threads free
// outside the heap serves the others: with arenas for each thread a migration takes 25 MB more.
// Runs on any Node: finds one that is new enough before anything that needs it is loaded.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { constants } from 'node:os';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 22 || (major === 22 && minor >= 19);

if (isNewEnough) {
  const { main } = await import('../src/main.ts');
  process.exitCode = await main(process.argv.slice(2));
} else {
  const node = packagedNode();
  if (node === undefined) {
    process.stderr.write(
      `fumi needs Node 22.19 or later; this is ${process.versions.node}. Install one, or run "npm ci" here, which brings one.\n`,
    );
    process.exitCode = 3;
  } else {
    const { status, signal } = spawnSync(node, [...process.execArgv, ...process.argv.slice(1)], {
      stdio: 'inherit',
    });
    process.exitCode = status ?? 128 + (constants.signals[signal] ?? 0);
  }
}

function packagedNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    return undefined;
  }
}
