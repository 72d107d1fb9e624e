import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seeded } from '@fumikura/testkit';
import fc from 'fast-check';
import { bestCodes } from './best-codes.ts';
import { createBlockKernel } from './block-kernel.ts';
import type { BlockKernel } from './block-kernel.ts';
import { all, never } from './dense-place.ts';
import { BLOCK, codeByte, codeBytes, putCode, queryTables } from './quantise.ts';

const FORMS = ['wasm', 'typescript'] as const;

/** Everything random, from one seed: shrinking a vector of 384 numbers tells nobody anything. */
function scene(seed: number, dimension: number, blocks: number) {
  const random = seeded(seed);
  const vector = () => Float32Array.from({ length: dimension }, () => random() - 0.5);
  const mean = vector().map((value) => value / 4);
  const rows = codeBytes(dimension);
  const content = Array.from({ length: blocks }, () => {
    const codes = new Uint8Array(BLOCK * rows);
    for (let slot = 0; slot < BLOCK; slot++) putCode(codes, slot, vector(), mean);
    return { codes, present: Uint8Array.from({ length: BLOCK }, () => (random() < 0.8 ? 1 : 0)) };
  });
  const admitted = Uint8Array.from({ length: blocks * BLOCK }, () => Math.floor(random() * 3));
  return { mean, rows, content, admitted, query: vector() };
}

function filled(kernel: BlockKernel, content: ReturnType<typeof scene>['content']): BlockKernel {
  for (const [b, { present, codes }] of content.entries()) kernel.put(b, present, codes);
  return kernel;
}

/** The score as its definition says it, without tables and halves of bytes. */
function scoreOf(codes: Uint8Array, slot: number, query: Float32Array, mean: Float32Array): number {
  const centred = query.map((value, at) => value - (mean[at] ?? 0));
  const largest = Math.max(...centred.map(Math.abs));
  let score = 0;
  for (const [at, value] of centred.entries()) {
    const level = Math.round((value / largest) * 7.5 + 7.5);
    const isSet = (codeByte(codes, codeBytes(query.length), slot, at >> 3) >> (at & 7)) & 1;
    score += isSet ? level : 15 - level;
  }
  return score;
}

describe('the kernel of the scan', () => {
  for (const form of FORMS) {
    it(`finds what is present, admitted and good enough, by the definition of the score (${form})`, () => {
      fc.assert(
        fc.property(
          fc.integer(),
          fc.integer({ min: 8, max: 200 }),
          fc.double({ min: 0.4, max: 0.6, noNaN: true }),
          (seed, dimension, share) => {
            const { mean, rows, content, admitted, query } = scene(seed, dimension, 2);
            const minimum = Math.floor(dimension * 15 * share);
            const kernel = filled(createBlockKernel(rows, form), content);
            kernel.ask(queryTables(query, mean));
            for (const [b, { present, codes }] of content.entries()) {
              const mask = admitted.subarray(b * BLOCK, (b + 1) * BLOCK);
              const count = kernel.scan(b, mask, minimum);
              const found = Array.from({ length: count }, (_, at) => [kernel.slots[at], kernel.scores[at]]);
              const expected = Array.from({ length: BLOCK }, (_, slot) => slot)
                .filter((slot) => mask[slot] === 1 && present[slot] === 1)
                .map((slot) => [slot, scoreOf(codes, slot, query, mean)] as const)
                .filter(([, score]) => score >= minimum);
              assert.deepEqual(found, expected);
            }
          },
        ),
        { numRuns: 15 },
      );
    });

    it(`scores the largest dimension without overflow (${form})`, () => {
      const dimension = 4_096;
      const ones = new Float32Array(dimension).fill(1);
      const none = new Float32Array(dimension);
      const codes = new Uint8Array(BLOCK * codeBytes(dimension));
      putCode(codes, 5, ones, none);
      const kernel = createBlockKernel(codeBytes(dimension), form);
      kernel.put(0, all(BLOCK), codes);
      kernel.ask(queryTables(ones, none));
      assert.equal(kernel.scan(0, all(BLOCK), 61_440), 1);
      assert.deepEqual([kernel.slots[0], kernel.scores[0]], [5, 61_440]);
      assert.equal(kernel.scan(0, all(BLOCK), 61_441), 0);
    });

    it(`keeps its blocks when its memory grows, and forgets a dropped one (${form})`, () => {
      const { mean, rows, content, query } = scene(7, 64, 2);
      const kernel = filled(createBlockKernel(rows, form), content);
      kernel.ask(queryTables(query, mean));
      const scan = (b: number) => [kernel.scan(b, all(BLOCK), 0), ...kernel.scores.slice(0, 700)];
      const before = scan(0);
      kernel.put(5_000, content[0]?.present ?? all(0), content[0]?.codes ?? all(0));
      assert.deepEqual(scan(0), before);
      assert.deepEqual(scan(5_000), before);
      assert.equal(kernel.scan(4_000, all(BLOCK), 0), 0, 'a block in a gap is empty');
      assert.equal(kernel.scan(6_000, all(BLOCK), 0), 0, 'a block beyond the end is empty');
      kernel.drop(0);
      kernel.drop(6_000);
      assert.equal(kernel.scan(0, all(BLOCK), 0), 0);
      assert.deepEqual(scan(5_000), before);
    });
  }

  it('chooses the same candidates in WebAssembly as in TypeScript, for any limit', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(8, 65, 384, 768),
        fc.integer({ min: 0, max: 6_000 }),
        fc.integer({ min: 0, max: 5 * BLOCK }),
        (seed, dimension, limit, length) => {
          const { mean, rows, content, admitted, query } = scene(seed, dimension, 5);
          const chosen = FORMS.map((form) => {
            const kernel = filled(createBlockKernel(rows, form), content);
            kernel.ask(queryTables(query, mean));
            return bestCodes(kernel, admitted.subarray(0, length), limit, dimension * 15, never);
          });
          assert.deepEqual(chosen[0], chosen[1]);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('is committed as its readable source builds it, every kernel of the folder', () => {
    const out = mkdtempSync(join(tmpdir(), 'fumi-kernel-'));
    const kernels = new URL('../../kernel/', import.meta.url);
    execFileSync(process.execPath, [fileURLToPath(new URL('build.mjs', kernels)), '--out', out]);
    const sources = readdirSync(new URL('assembly/', kernels)).map((name) => name.replace(/\.ts$/u, '.wasm'));
    assert.deepEqual(readdirSync(out).sort(), sources.sort());
    for (const name of sources) {
      const committed = readFileSync(new URL(name, import.meta.url));
      assert.deepEqual(
        readFileSync(join(out, name)),
        committed,
        `run "npm run build:kernel": ${name} differs`,
      );
    }
    rmSync(out, { recursive: true });
  });
});
