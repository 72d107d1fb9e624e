// Builds every source of ./assembly to src/dense/<name>.wasm. The output is committed; a test builds it again and
// compares, so that it never differs from its source. `--out <folder>` writes elsewhere.
import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = dirname(fileURLToPath(import.meta.url));
const flag = process.argv.indexOf('--out');
const out = flag > 0 ? resolve(process.argv[flag + 1]) : join(here, '../src/dense');

for (const file of readdirSync(join(here, 'assembly')).filter((name) => name.endsWith('.ts'))) {
  const { error, stderr } = await asc.main([
    join(here, 'assembly', file),
    '--outFile',
    join(out, file.replace(/\.ts$/, '.wasm')),
    ...['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd', '--use', 'abort='],
  ]);
  if (error) throw new Error(`${file}: ${error.message}\n${stderr}`);
}
