import { normaliseText } from '@fumikura/text';
import { inertBoundaries } from './boundaries.ts';
import { disarm } from './disarm.ts';
import { honestLinks } from './links.ts';

/**
 * Text of a document as it may leave: without characters nobody can see (zero width, tags, direction overrides), without active
 * HTML or marks that hosts and models take for their own, with links that are what they seem. What connectors and parsers cleaned already passes unchanged; this is the last gate.
 */
export function cleanText(text: string): string {
  return honestLinks(inertBoundaries(disarm(normaliseText(text))));
}

/** The same on one line, at most `maxCharacters` long; a cut is shown by "…". */
export function cleanLine(text: string, maxCharacters: number): string {
  const line = cleanText(text).replace(/\s+/gu, ' ').trim();
  return line.length <= maxCharacters ? line : `${cutAt(line, maxCharacters - 1)}…`;
}

/** At most so many UTF-16 units, never half a character. */
export function cutAt(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
