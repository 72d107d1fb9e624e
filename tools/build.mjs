// Builds what users install: one file for `fumi`, one for the company of `fumi demo`, three worker threads, the wasm kernel,
// the PDF library's data and the runtime of local models, flat in dist/, or where `--to` says. Prints each file's size;
// `--json` for scripts.
import { cp, mkdir, rm, stat, writeFile, readFile, chmod } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { writeProvenance } from './provenance.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({ options: { to: { type: 'string' }, json: { type: 'boolean' } } });
const dist = options.to ?? join(root, 'dist');
const pdfjs = dirname(
  createRequire(join(root, 'libs/documents/package.json')).resolve('pdfjs-dist/package.json'),
);

// The package hides its manifest; this is one of the three files that are needed of it.
const onnx = dirname(
  createRequire(join(root, 'libs/providers/local/package.json')).resolve(
    'onnxruntime-web/ort-wasm-simd-threaded.wasm',
  ),
);

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const { metafile } = await build({
  metafile: true,
  absWorkingDir: root,
  entryPoints: {
    fumi: join(root, 'apps/cli/src/bundle.ts'),
    'demo-company': join(root, 'test/simulators/company/serve.ts'),
    'parse-worker': join(root, 'libs/documents/src/parse-worker.ts'),
    'embed-worker': join(root, 'libs/providers/local/src/embed-worker.ts'),
    'store-worker': join(root, 'libs/stores/sqlite/src/threads/store-worker.ts'),
    'body-worker': join(root, 'libs/stores/qdrant/src/making/body-worker.ts'),
  },
  outdir: dist,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22.19',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'external',
  external: ['@napi-rs/canvas'],
  // Packages in CommonJS ask for Node's modules by `require`.
  banner: {
    js: `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`,
  },
  logLevel: 'warning',
});
const main = join(dist, 'fumi.mjs');
const [firstLine] = (await readFile(join(root, 'apps/cli/bin/fumi.mjs'), 'utf8')).split('\n');
await writeFile(main, `${firstLine}\n${await readFile(main, 'utf8')}`);
await chmod(main, 0o755);
await cp(join(root, 'libs/stores/sqlite/src/dense/dense-kernel.wasm'), join(dist, 'dense-kernel.wasm'));
for (const name of ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'])
  await cp(join(onnx, name), join(dist, 'onnx', name));
await cp(join(pdfjs, 'legacy/build/pdf.worker.min.mjs'), join(dist, 'pdf.worker.mjs'));
for (const folder of ['cmaps', 'standard_fonts', 'wasm'])
  await cp(join(pdfjs, folder), join(dist, 'pdfjs', folder), { recursive: true });

const copied = [onnx, pdfjs].map((folder) => join(relative(root, folder), 'copied'));
await writeProvenance(root, dist, [...Object.keys(metafile.inputs), ...copied]);
const sizes = {};
for (const name of [
  'fumi.mjs',
  'demo-company.mjs',
  'parse-worker.mjs',
  'embed-worker.mjs',
  'store-worker.mjs',
  'body-worker.mjs',
  'dense-kernel.wasm',
  'pdf.worker.mjs',
  'onnx/ort-wasm-simd-threaded.wasm',
]) {
  sizes[name] = (await stat(join(dist, name))).size;
}
process.stdout.write(
  options.json
    ? `${JSON.stringify(sizes)}\n`
    : Object.entries(sizes)
        .map(([name, size]) => `${(size / 1e6).toFixed(2).padStart(6)} MB  dist/${name}\n`)
        .join(''),
);
