import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Block, Chunk } from '@fumikura/model';
import fc from 'fast-check';
import { chunk } from './chunker.ts';
import { CHUNKER_DEFAULTS, chunkerVersionOf } from './chunking.ts';
import type { ChunkerOptions } from './chunking.ts';
import { cutAs, DEFAULT_LIMITS, prepareBlocks, recut } from './index.ts';
import type { CutText } from './index.ts';
import { render } from './render.ts';
import { blocks, oddBlocks, slides } from './testing/blocks.ts';

const sizes: fc.Arbitrary<ChunkerOptions> = fc
  .record({ targetUnits: fc.integer({ min: 100, max: 3_000 }), ratio: fc.integer({ min: 1, max: 3 }) })
  .map(({ targetUnits, ratio }) => ({ targetUnits, maxUnits: targetUnits * ratio }));

const cutByDefault = (made: readonly Block[]): CutText => prepareBlocks(made, DEFAULT_LIMITS);
const spans = (text: string, chunks: readonly Chunk[]) =>
  chunks.map(({ start, end }) => text.slice(start, end));

describe('chunks of another size, from what is stored', () => {
  it('[chunks.other-size] are those that the chunker would make of the document itself', () => {
    fc.assert(
      fc.property(blocks, sizes, (made, options) => {
        const fresh = chunk(render(made, DEFAULT_LIMITS.maxCharacters), options);
        assert.deepEqual(recut(cutByDefault(made), options), fresh);
      }),
      { numRuns: 300 },
    );
  });

  it('cover the text once, in order, cut no character, and stay below the limit', () => {
    fc.assert(
      fc.property(fc.oneof(blocks, oddBlocks, slides), sizes, (made, options) => {
        const cut = cutByDefault(made);
        let at = 0;
        for (const [index, { ordinal, start, end }] of recut(cut, options).entries()) {
          assert.equal(ordinal, index);
          assert.equal(cut.text.slice(at, start).trim(), '', 'nothing but blanks between chunks');
          assert.ok(cut.text.slice(start, end).isWellFormed());
          assert.ok(unitsOf(cut.text.slice(start, end)) <= options.maxUnits);
          at = end;
        }
        assert.equal(cut.text.slice(at).trim(), '');
      }),
      { numRuns: 300 },
    );
  });

  it('are the same when they are cut again', () => {
    fc.assert(
      fc.property(fc.oneof(blocks, oddBlocks, slides), sizes, (made, options) => {
        const cut = cutByDefault(made);
        const once = recut(cut, options);
        assert.deepEqual(recut({ ...cut, chunks: once }, options), once);
      }),
      { numRuns: 300 },
    );
  });

  it('span no two sections and no two slides', () => {
    fc.assert(
      fc.property(slides, sizes, (made, options) => {
        const cut = cutByDefault(made);
        for (const { start, end } of recut(cut, options)) {
          const within = cut.outline.find((section) => section.start > start && section.start < end);
          const line = cut.text.lastIndexOf('\n', start - 1) + 1;
          const before = cut.text.slice(line, within?.start ?? line);
          assert.ok(
            before.split('\n').every((line) => line === '' || line.startsWith('#')),
            'only headings stand before another section',
          );
          const touched = cut.chunks.filter((each) => each.start < end && each.end > start);
          assert.equal(new Set(touched.map(({ place }) => place?.slide)).size, 1);
        }
      }),
    );
  });

  it('depend on the size alone, not on the sizes before', () => {
    fc.assert(
      fc.property(fc.oneof(blocks, oddBlocks, slides), sizes, sizes, (made, first, second) => {
        const cut = cutByDefault(made);
        const direct = cutAs(cut, second);
        const before = { ...cut, ...cutAs(cut, first) };
        assert.deepEqual(cutAs(before, second), direct);
        assert.deepEqual(cutAs(before, CHUNKER_DEFAULTS), { chunks: cut.chunks });
        assert.deepEqual(prepareBlocks(made, DEFAULT_LIMITS, second).chunks, direct.chunks);
      }),
    );
  });

  it('repeat the header of a table that nothing had cut before', () => {
    const rows = [['name', 'value'], ...Array.from({ length: 20 }, (_, at) => [`row ${at}`, 'some words'])];
    const cut = cutByDefault([{ type: 'table', headerRows: 1, rows }]);
    assert.equal(cut.chunks.length, 1);
    const [first, ...others] = recut(cut, { targetUnits: 200, maxUnits: 400 });
    assert.equal(first?.context, undefined);
    assert.ok(others.length > 1);
    assert.ok(others.every(({ context }) => context === '| name | value |'));
  });

  it('repeat nothing where the chunks before say that a table has no header', () => {
    const rows = Array.from({ length: 200 }, (_, at) => [`row ${at}`, 'some words that take room']);
    const cut = cutByDefault([{ type: 'table', headerRows: 0, rows }]);
    assert.ok(cut.chunks.length > 1);
    for (const targetUnits of [300, 3_000])
      assert.ok(
        recut(cut, { targetUnits, maxUnits: 2 * targetUnits }).every(({ context }) => context === undefined),
      );
  });

  it('keep code together that has blank lines and fences of its own', () => {
    const text = 'first()\n\n```\nsecond()\n\n# no heading\nthird()';
    const cut = cutByDefault([
      { type: 'heading', level: 1, text: 'Top' },
      { type: 'code', text },
    ]);
    assert.deepEqual(spans(cut.text, recut(cut, { targetUnits: 500, maxUnits: 1_000 })), [cut.text]);
  });

  it('leave out nothing that only begins like code', () => {
    for (const text of [`\`\`\`${'y'.repeat(150)}`, `\`\`\`${'y'.repeat(150)}\nend`]) {
      const cut = cutByDefault([{ type: 'paragraph', text }]);
      const kept = spans(cut.text, recut(cut, { targetUnits: 100, maxUnits: 100 })).join('');
      assert.equal(kept.replaceAll('\n', ''), cut.text.replaceAll('\n', ''));
    }
  });

  it('know the page that the chunk they begin in was on', () => {
    const page = (number: number): Block => ({
      type: 'paragraph',
      text: `${'word '.repeat(200)}.`,
      place: { page: number },
    });
    const cut = cutByDefault([page(1), page(2), page(3)]);
    const pages = (targetUnits: number) =>
      recut(cut, { targetUnits, maxUnits: 2 * targetUnits }).map(({ place }) => place?.page);
    assert.deepEqual([...new Set(pages(300))], [1, 2, 3]);
    assert.deepEqual(pages(2_100), [1, 3]);
  });
});

describe('the part of a fingerprint that chunks have', () => {
  it('is another one for another size', () => {
    assert.equal(chunkerVersionOf(), '1');
    assert.equal(chunkerVersionOf(CHUNKER_DEFAULTS), '1');
    assert.equal(chunkerVersionOf({ targetUnits: 700, maxUnits: 1_400 }), '1 700/1400');
  });
});

/** Line ends between two pieces count for nothing. */
function unitsOf(text: string): number {
  return [...text.replaceAll('\n', '')]
    .flatMap((character) =>
      [...character].map(() => character.length * (character.charCodeAt(0) < 0x2e80 ? 1 : 2.5)),
    )
    .reduce((sum, units) => sum + units, 0);
}
