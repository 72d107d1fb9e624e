import { readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the command gives Node in its first line. */
export const NODE_FLAGS = readFileSync(at('../../../apps/cli/bin/fumi.mjs'), 'utf8')
  .split('\n', 1)[0]
  ?.match(/--\S+/gu);

/** The process that syncs, built as users get it: what strips types from sources takes memory of its own. @returns its file */
export async function bundleSyncChild(folder: string): Promise<string> {
  const require = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`;
  await build({
    entryPoints: {
      'sync-child': fileURLToPath(new URL('./sync-child.ts', import.meta.url)),
      'parse-worker': at('../../../libs/documents/src/parse-worker.ts'),
      'store-worker': at('../../../libs/stores/sqlite/src/threads/store-worker.ts'),
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.19',
    external: ['@napi-rs/canvas'],
    banner: { js: require },
    logLevel: 'warning',
  });
  await cp(at('../../../libs/stores/sqlite/src/dense/dense-kernel.wasm'), join(folder, 'dense-kernel.wasm'));
  return join(folder, 'sync-child.mjs');
}
