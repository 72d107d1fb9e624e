import type { Block } from '@fumikura/model';
import { AppError } from '@fumikura/errors';
import mammoth from 'mammoth';
import { elementsNamed, parseXml, textOf } from './xml.ts';
import { unzip } from './zip.ts';
import type { FormatParser } from '../types.ts';
import { readHtml } from '../formats/html.ts';
import { coreFacts } from './office-facts.ts';

/** Word: mammoth reads styles, lists, tables and footnotes; comments and headers come from their own parts. */
export const parseDocx: FormatParser = async ({ bytes }, limits) => {
  const parts = unzip(bytes, limits, (name) => name.endsWith('.xml'));
  if (!parts.has('word/document.xml')) throw notWord();
  const html = await toHtml(bytes);
  const { blocks } = readHtml(`<body>${html}</body>`);
  const first = blocks.find((block) => block.type === 'heading');
  const all = [...blocks.map(footnoteAsNote), ...comments(parts.get('word/comments.xml'))];
  if (all.length === 0) throw withoutText();
  return {
    ...(first?.type === 'heading' && first.level === 1 && { title: first.text }),
    ...coreFacts(parts.get('docProps/core.xml')),
    blocks: all,
  };
};

async function toHtml(bytes: Uint8Array): Promise<string> {
  try {
    const options = {
      styleMap: ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh"],
      convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
    };
    return (await mammoth.convertToHtml({ buffer: Buffer.from(bytes) }, options)).value;
  } catch (cause) {
    throw new AppError('CONTENT_DAMAGED', 'invalid-input', 'Word file cannot be read', {
      publicMessage: 'The Word file is damaged. Open it in Word and save it again.',
      cause,
    });
  }
}

/** Footnotes end with an arrow that leads back to their mark. */
function footnoteAsNote(block: Block): Block {
  if (block.type === 'list' && block.items.some(({ text }) => text.endsWith('↑'))) {
    return {
      type: 'note',
      label: 'Footnotes',
      text: block.items.map(({ text }) => text.replace(/\s*↑$/u, '')).join('\n'),
    };
  }
  return block;
}

function comments(xml: Uint8Array | undefined): Block[] {
  if (!xml) return [];
  return elementsNamed(parseXml(xml), 'w:comment').flatMap((comment): Block[] => {
    const text = elementsNamed(comment.children, 'w:p')
      .map((line) => textOf(elementsNamed(line.children, 'w:t').flatMap(({ children }) => children)))
      .join('\n');
    return text.trim() === ''
      ? []
      : [{ type: 'note', label: `Comment by ${comment.attribs['w:author'] ?? 'somebody'}`, text }];
  });
}

function notWord(): AppError {
  return new AppError('CONTENT_DAMAGED', 'invalid-input', 'no word/document.xml', {
    publicMessage: 'The Word file is damaged: its text is missing.',
  });
}

function withoutText(): AppError {
  return new AppError('CONTENT_WITHOUT_TEXT', 'invalid-input', 'Word file without text', {
    publicMessage: 'The Word file holds no text, only pictures or nothing.',
  });
}
