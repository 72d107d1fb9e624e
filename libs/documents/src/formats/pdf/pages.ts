import type { Block } from '@fumikura/model';
import { joinLines } from './words.ts';
import type { Vocabulary } from './words.ts';

/** A sentence that needs more letters than this to end is not looked for. */
const MAX_REST = 600;

/**
 * Blocks of all pages with their place. A sentence that goes on over a column or page is one again, placed where it
 * begins; what follows it stays on its own page, so that citations name the right one.
 * @param pages blocks of each page, the first page first
 */
export function joinPages(pages: readonly (readonly Block[])[], vocabulary: Vocabulary): Block[] {
  const result: Block[] = [];
  for (const [index, blocks] of pages.entries()) {
    const page = index + 1;
    for (const block of blocks) {
      const before = lastText(result, page);
      const earlier = before === undefined ? undefined : result[before];
      if (
        before === undefined ||
        earlier?.type !== 'paragraph' ||
        block.type !== 'paragraph' ||
        !goesOn(earlier, block.text)
      ) {
        result.push({ ...block, place: { page } });
        continue;
      }
      const [rest, own] = earlier.place?.page === page ? [block.text, ''] : afterSentence(block.text);
      result[before] = { ...earlier, text: joinLines(earlier.text, rest, vocabulary, false) };
      if (own !== '') result.push({ ...block, text: own, place: { page } });
    }
  }
  return result;
}

/** The end of the sentence that was begun before, and the rest. */
function afterSentence(text: string): readonly [rest: string, own: string] {
  const end = /[.!?](?=\s)|[。！？]/u.exec(text.slice(0, MAX_REST))?.index;
  return end === undefined ? [text, ''] : [text.slice(0, end + 1), text.slice(end + 1).trim()];
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

function goesOn(before: { readonly text: string }, next: string): boolean {
  const isOpen = !/[.!?:;。！？：」』）)\]"”…]$/u.test(before.text) && before.text.length > 40;
  return isOpen && /^(?:\p{Ll}|[\u3041-\u309f])/u.test(next);
}
