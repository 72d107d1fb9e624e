import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { createBitScan } from './bit-scan.ts';
import { cosine, normalised, queryPlanes, signBits, strideOf, toInt8 } from './quantise.ts';

const vectorOf = (length: number) =>
  fc
    .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length })
    .map((values) => Float32Array.from(values));

describe('the scan over 1-bit codes', () => {
  it('gives the same scores in WebAssembly as in TypeScript', () => {
    const cases = fc.integer({ min: 8, max: 300 }).chain((dimension) =>
      fc.record({
        dimension: fc.constant(dimension),
        vectors: fc.array(vectorOf(dimension), { minLength: 1, maxLength: 20 }),
        query: vectorOf(dimension),
        admitted: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 20, maxLength: 20 }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ dimension, vectors, query, admitted }) => {
        const mean = new Float32Array(dimension);
        const stride = strideOf(dimension);
        const scores = (['wasm', 'typescript'] as const).map((kernel) => {
          const scan = createBitScan(stride, kernel);
          for (const [chunk, vector] of vectors.entries()) scan.set(chunk, signBits(vector, mean));
          return [
            ...scan.scan(
              queryPlanes(query, mean),
              Uint8Array.from(admitted.slice(0, vectors.length)),
              15 * stride * 8,
            ),
          ];
        });
        assert.deepEqual(scores[0], scores[1]);
        for (const [chunk, score] of (scores[0] ?? []).entries())
          assert.equal(score === -1, admitted[chunk] !== 1);
      }),
    );
  });

  it('keeps codes when its memory grows', () => {
    const scan = createBitScan(16);
    const bits = Uint8Array.from({ length: 16 }, (_, at) => at * 7);
    scan.set(3, bits);
    const planes = new Uint8Array(64).fill(255);
    const before = scan.scan(planes, new Uint8Array(4).fill(1), 0)[3];
    scan.set(50_000, bits);
    const after = scan.scan(planes, new Uint8Array(50_001).fill(1), 0);
    assert.equal(after[3], before);
    assert.equal(after[50_000], before);
  });

  it('is built from its readable source', () => {
    const out = mkdtempSync(join(tmpdir(), 'fumi-kernel-'));
    const build = fileURLToPath(new URL('../../kernel/build.mjs', import.meta.url));
    execFileSync(process.execPath, [build, '--out', out]);
    const committed = readFileSync(new URL('./dense-kernel.wasm', import.meta.url));
    assert.deepEqual(readFileSync(join(out, 'dense-kernel.wasm')), committed);
    rmSync(out, { recursive: true });
  });
});

describe('quantising', () => {
  it('keeps a cosine within a hundredth', () => {
    fc.assert(
      fc.property(vectorOf(64), vectorOf(64), (a, b) => {
        fc.pre(a.some((value) => Math.abs(value) > 0.1) && b.some((value) => Math.abs(value) > 0.1));
        const [one, two] = [normalised(a, 64), normalised(b, 64)];
        const exact = one.reduce((sum, value, at) => sum + value * (two[at] ?? 0), 0);
        assert.ok(Math.abs(cosine(one, toInt8(two)) - exact) < 0.01);
      }),
    );
  });
});
