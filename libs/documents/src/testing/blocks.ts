import type { Block } from '@fumikura/model';
import fc from 'fast-check';

const words = fc
  .array(fc.constantFrom('alpha', 'beta.', '東京都', '経費精算。', 'x'.repeat(90), '👩‍💻', 'e\u0301'), {
    maxLength: 60,
  })
  .map((parts) => parts.join(' '));

/** Documents of every kind of block. */
export const blocks: fc.Arbitrary<Block[]> = fc.array(
  fc.oneof(
    words.map((text): Block => ({ type: 'paragraph', text })),
    fc
      .record({ level: fc.constantFrom(1 as const, 2 as const, 3 as const), text: words })
      .map(({ level, text }): Block => ({ type: 'heading', level, text })),
    fc.array(words, { maxLength: 8 }).map((items): Block => ({
      type: 'list',
      ordered: false,
      items: items.map((text) => ({ text, depth: 0 })),
    })),
    fc
      .array(fc.array(words, { minLength: 2, maxLength: 2 }), { minLength: 2, maxLength: 30 })
      .map((rows): Block => ({ type: 'table', headerRows: 1, rows })),
    fc.array(words, { maxLength: 8 }).map((lines): Block => ({ type: 'code', text: lines.join('\n') })),
  ),
  { maxLength: 12 },
);

/** Texts that look like what other kinds of blocks are written as. */
const odd = fc
  .array(
    fc.constantFrom(
      '```',
      '\n\n',
      '\n',
      '| a | b |',
      '# x',
      '- ',
      '1. ',
      '  ',
      '\t',
      'word',
      '文。',
      'y'.repeat(150),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

export const oddBlocks: fc.Arbitrary<Block[]> = fc.array(
  fc.oneof(
    odd.map((text): Block => ({ type: 'paragraph', text })),
    odd.map((text): Block => ({ type: 'quote', text })),
    odd.map((text): Block => ({ type: 'note', label: 'Notes', text })),
    odd.map((text): Block => ({ type: 'code', text })),
    odd.map((text): Block => ({ type: 'heading', level: 2, text })),
    fc
      .record({
        caption: odd,
        rows: fc.array(fc.array(odd, { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
      })
      .map(({ caption, rows }): Block => ({ type: 'table', headerRows: 0, caption, rows })),
  ),
  { maxLength: 10 },
);

/** The same as slides of up to three blocks. */
export const slides: fc.Arbitrary<Block[]> = fc
  .oneof(blocks, oddBlocks)
  .map((made) => made.map((block, at) => ({ ...block, place: { slide: 1 + Math.floor(at / 3) } })));
