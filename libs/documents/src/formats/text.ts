import type { Block } from '@fumikura/model';
import { decodeText } from '../decode.ts';
import { cutNotice } from '../render.ts';
import type { FormatParser, ParseLimits } from '../types.ts';

export const parseText: FormatParser = async ({ bytes }, limits) => {
  const { text, notices } = bounded(decodeText(bytes), limits);
  return { blocks: paragraphs(text), notices };
};

/** What would be cut in the end is cut before it is taken apart, which costs many times its size. */
function bounded(text: string, { maxCharacters }: ParseLimits): { text: string; notices: readonly string[] } {
  if (text.length <= maxCharacters) return { text, notices: [] };
  return { text: text.slice(0, maxCharacters), notices: [cutNotice(maxCharacters)] };
}

/** Blank lines part paragraphs; a short line over a rule of = or - is a heading. */
export function paragraphs(text: string): Block[] {
  return text
    .replace(/\r\n?/gu, '\n')
    .split(/\n[ \t]*\n+/u)
    .flatMap((part): Block[] => {
      const lines = part.replace(/\s+$/u, '').split('\n');
      const [first = '', rule = ''] = lines;
      if (lines.length === 2 && /^(?:={3,}|-{3,})$/u.test(rule.trim()) && first.trim().length > 0) {
        return [{ type: 'heading', level: rule.trim().startsWith('=') ? 1 : 2, text: first.trim() }];
      }
      return part.trim() === '' ? [] : [{ type: 'paragraph', text: lines.join('\n').replace(/^\n+/u, '') }];
    });
}

/** Lines of a piece of code that stay together when nothing better parts them. */
const PIECE_LINES = 40;
/** Starts of what a reader takes as one thing, in the usual languages. */
const TOP_LEVEL =
  /^(?:export |public |private |protected |internal |static |async |pub |abstract |final )*(?:function|class|interface|type|enum|const|let|var|def|fn|func|impl|struct|trait|module|namespace|package|sub|procedure|CREATE|create|resource|task)\b/u;

export const parseCode: FormatParser = async ({ bytes, fileName }, limits) => {
  const { text, notices } = bounded(decodeText(bytes), limits);
  return { blocks: codePieces(text, fileName), notices };
};

/** Source code, one block per top-level piece, so that a chunk seldom cuts a function. */
function codePieces(text: string, fileName: string): Block[] {
  const language = /\.([a-z0-9]+)$/iu.exec(fileName)?.[1]?.toLowerCase();
  const pieces: string[][] = [[]];
  for (const line of text.replace(/\r\n?/gu, '\n').split('\n')) {
    const piece = pieces.at(-1) ?? [];
    const isStart =
      TOP_LEVEL.test(line) &&
      piece.some((earlier) => earlier.trim() !== '' && !/^\s*(?:\/\/|#|\*|\/\*|--)/u.test(earlier));
    if (isStart || (piece.length >= PIECE_LINES && line.trim() === '')) pieces.push([line]);
    else piece.push(line);
  }
  return pieces.flatMap((lines): Block[] => {
    const text = lines.join('\n').replace(/^\n+|\s+$/gu, '');
    return text === '' ? [] : [{ type: 'code', text, ...(language && { language }) }];
  });
}
