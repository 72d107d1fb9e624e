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

/** The same as slides of up to three blocks. */
export const slides: fc.Arbitrary<Block[]> = blocks.map((made) =>
  made.map((block, at) => ({ ...block, place: { slide: 1 + Math.floor(at / 3) } })),
);
