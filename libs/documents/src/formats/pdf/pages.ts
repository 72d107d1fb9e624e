import type { Block } from '@fumikura/model';
import { joinLines } from './words.ts';
import type { Vocabulary } from './words.ts';

/**
 * Blocks of all pages with their place. A sentence that goes on over a page or column is one paragraph again, placed
 * where it begins.
 * @param pages blocks of each page, the first page first
 */
export function joinPages(pages: readonly (readonly Block[])[], vocabulary: Vocabulary): Block[] {
  const result: Block[] = [];
  for (const [index, blocks] of pages.entries()) {
    for (const block of blocks) {
      const before = lastText(result, index + 1);
      if (before !== undefined && block.type === 'paragraph' && goesOn(result[before], block.text)) {
        const earlier = result[before];
        if (earlier?.type === 'paragraph')
          result[before] = { ...earlier, text: joinLines(earlier.text, block.text, vocabulary, false) };
      } else result.push({ ...block, place: { page: index + 1 } });
    }
  }
  return result;
}

/** The last paragraph, footnotes passed over, when it is on this page or the one before. */
function lastText(blocks: readonly Block[], page: number): number | undefined {
  for (let index = blocks.length - 1; index >= 0; index--) {
    const block = blocks[index];
    if (block?.type === 'note') continue;
    const isNear = (block?.place?.page ?? 0) >= page - 1;
    return block?.type === 'paragraph' && isNear ? index : undefined;
  }
  return undefined;
}

function goesOn(before: Block | undefined, next: string): boolean {
  if (before?.type !== 'paragraph') return false;
  const isOpen = !/[.!?:;。！？：」』）)\]"”…]$/u.test(before.text) && before.text.length > 40;
  return isOpen && /^(?:\p{Ll}|[\u3041-\u309f])/u.test(next);
}
