import type { Entry } from 'ldapts';

/** Values of an attribute as text; names of attributes are compared without their case. */
export function textsOf(entry: Entry, attribute: string): string[] {
  const wanted = attribute.toLowerCase();
  const name = Object.keys(entry).find((each) => each.toLowerCase() === wanted);
  const values = name === undefined ? [] : [entry[name]].flat();
  return values
    .map((value) => (Buffer.isBuffer(value) ? value.toString('utf8') : String(value)))
    .filter(Boolean);
}

export function textOf(entry: Entry, attribute: string): string | undefined {
  return textsOf(entry, attribute)[0];
}

/** The same for two spellings of one name: case, and spaces around its parts, do not count. */
export function dnKey(dn: string): string {
  return dn
    .replace(/\s*(?<!\\)([,+=])\s*/gu, '$1')
    .trim()
    .toLowerCase();
}
