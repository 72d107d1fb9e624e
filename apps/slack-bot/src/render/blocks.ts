import { normaliseText } from '@fumikura/text';
import type {
  AnyBlock,
  Button,
  PlainTextElement,
  RichTextBlock,
  RichTextLink,
  RichTextSection,
  RichTextText,
} from '@slack/types';

/** What Slack takes at most; a message beyond one of these is refused whole. */
export const LIMITS = {
  blocks: 50,
  homeBlocks: 100,
  sectionText: 3_000,
  headerText: 150,
  buttonText: 75,
  optionText: 75,
  url: 3_000,
  buttons: 25,
} as const;

/** Of all that one message says; beyond it Slack may refuse a message though each block is short enough. */
const MESSAGE_TEXT = 10_000;

/**
 * Text of a document goes into these elements alone: Slack shows them as they are, without mentions, channel pings,
 * links or emoji that the text spells.
 */
export function literal(text: string, style?: RichTextText['style']): RichTextText {
  return { type: 'text', text: clean(text) || ' ', ...(style && { style }) };
}

/** A link where the address is one that a browser opens, else the words alone. */
export function link(url: string, words: string): RichTextLink | RichTextText {
  const address = openable(url);
  return address === undefined
    ? literal(words)
    : { type: 'link', url: address, text: clean(words) || address };
}

export function openable(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  const isOpen = (protocol === 'https:' || protocol === 'http:') && href.length <= LIMITS.url;
  return isOpen ? href : undefined;
}

export function rich(...sections: RichTextBlock['elements']): RichTextBlock {
  return { type: 'rich_text', elements: sections };
}

export function section(...elements: RichTextSection['elements']): RichTextSection {
  return { type: 'rich_text_section', elements };
}

/** Our own words, with names of sources or people in them: no markup either. */
export function context(text: string): AnyBlock {
  return { type: 'context', elements: [plain(text, LIMITS.sectionText)] };
}

export function says(text: string): AnyBlock {
  return { type: 'section', text: plain(text, LIMITS.sectionText) };
}

export function header(text: string): AnyBlock {
  return { type: 'header', text: plain(text, LIMITS.headerText) };
}

export function button(
  action: string,
  words: string,
  facts: Pick<Button, 'value' | 'url' | 'style'> = {},
): Button {
  return { type: 'button', action_id: action, text: plain(words, LIMITS.buttonText), ...facts };
}

export function plain(text: string, max: number): PlainTextElement {
  return { type: 'plain_text', text: cut(clean(text) || ' ', max), emoji: false };
}

/** Without characters nobody can see. */
export function clean(text: string): string {
  return normaliseText(text);
}

/** At most so many UTF-16 units, never half a character; a cut is shown. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 2);
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 2 : max - 1)}…`;
}

export function oneLine(text: string, max: number): string {
  return cut(clean(text).replace(/\s+/gu, ' ').trim(), max);
}

/** Shares of what one message may say, given out in order. */
export class Room {
  #left = MESSAGE_TEXT;

  /** The text, cut to what is left; undefined when that is nothing worth saying. */
  take(text: string, max = MESSAGE_TEXT): string | undefined {
    const room = Math.min(this.#left, max);
    if (room < 20 && text.length > room) return undefined;
    const given = cut(text, room);
    this.#left -= given.length;
    return given;
  }
}
