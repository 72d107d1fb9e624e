import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '@fumikura/errors';
import fc from 'fast-check';
import { exactCosine } from './dense-place.ts';
import {
  BLOCK,
  codeByte,
  codeBytes,
  cosinesWith,
  fromInt8,
  normalised,
  putCode,
  toInt8,
} from './quantise.ts';

const vectorOf = (length: number) =>
  fc
    .array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: length, maxLength: length })
    .map((values) => Float32Array.from(values))
    .filter((vector) => vector.some((value) => value !== 0));

describe('normalising', () => {
  it('brings any finite vector to length 1, however large or small its values', () => {
    fc.assert(
      fc.property(vectorOf(12), (vector) => {
        assert.ok(Math.abs(Math.hypot(...normalised(vector, 12)) - 1) < 1e-5);
      }),
    );
    const extremes = Float32Array.from([3.4e38, -3.4e38, 1e-45, 0, 0, 0, 0, 0]);
    assert.ok(Math.abs(Math.hypot(...normalised(extremes, 8)) - 1) < 1e-5);
    const least = new Float32Array(8).fill(1e-45);
    assert.ok(Math.abs(Math.hypot(...normalised(least, 8)) - 1) < 1e-5);
  });

  for (const [what, vector] of Object.entries({
    'a NaN': Float32Array.from([1, NaN, 0, 0, 0, 0, 0, 0]),
    'an infinity': Float32Array.from([1, -Infinity, 0, 0, 0, 0, 0, 0]),
    'zeros only': new Float32Array(8),
    'a dimension too few': new Float32Array(7).fill(1),
    'a dimension too many': new Float32Array(9).fill(1),
    nothing: new Float32Array(0),
  })) {
    it(`refuses a vector of ${what} and says what is expected`, () => {
      assert.throws(
        () => normalised(vector, 8),
        (error: unknown) => {
          assert.ok(error instanceof AppError);
          assert.equal(error.code, 'VECTOR_INVALID');
          assert.equal(error.kind, 'invalid-input');
          assert.match(error.publicMessage, /expected are 8 finite numbers that are not all zero/u);
          return true;
        },
      );
    });
  }
});

describe('quantising', () => {
  it('keeps a cosine within .02 of the exact one, at any dimension and whatever the values', () => {
    const pairs = fc
      .integer({ min: 8, max: 80 })
      .chain((dimension) => fc.tuple(vectorOf(dimension), vectorOf(dimension)));
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const [one, two] = [normalised(a, a.length), normalised(b, b.length)];
        const [other = NaN, same = NaN] = cosinesWith(one, Buffer.concat([toInt8(two), toInt8(one)]));
        assert.ok(Math.abs(other - exactCosine(one, two)) < 0.02);
        assert.ok(same > 0.99);
      }),
    );
  });

  it('reads back every value to half a step', () => {
    fc.assert(
      fc.property(vectorOf(20), (vector) => {
        const unit = normalised(vector, 20);
        const step = Math.max(...unit.map(Math.abs)) / 127;
        for (const [at, value] of fromInt8(toInt8(unit)).entries())
          assert.ok(Math.abs(value - (unit[at] ?? 0)) <= step * 0.501);
      }),
    );
  });

  it('puts a code where it is read, and touches no other slot', () => {
    fc.assert(
      fc.property(vectorOf(70), fc.integer({ min: 0, max: BLOCK - 1 }), (vector, slot) => {
        const rows = codeBytes(70);
        const codes = new Uint8Array(BLOCK * rows).fill(0xaa);
        putCode(codes, slot, vector, new Float32Array(70));
        const bytes = Array.from({ length: rows }, (_, row) => codeByte(codes, rows, slot, row));
        const expected = new Uint8Array(rows);
        for (const [at, value] of vector.entries())
          if (value > 0) expected[at >> 3] = (expected[at >> 3] ?? 0) | (1 << (at & 7));
        assert.deepEqual(Uint8Array.from(bytes), expected);
        assert.ok(codes.filter((byte) => byte !== 0xaa).length <= rows);
      }),
    );
  });

  it('pads codes to 64 bits', () => {
    assert.deepEqual([8, 64, 65, 384, 4_096].map(codeBytes), [8, 8, 16, 48, 512]);
  });
});
