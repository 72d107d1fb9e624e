/**
 * The library drops all text of a composite font whose inner font has no /BaseFont, which old Japanese producers left
 * out (the name does not matter: such fonts are not embedded). A name is put in; the shifted offsets make the library
 * index the file anew, which it does for damaged files anyway.
 */
export function repairFontNames(bytes: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!buffer.includes('/CIDFontType')) return bytes;
  const source = buffer.toString('latin1');
  const repaired = source.replace(INNER_FONT, (dictionary, head: string, rest: string) =>
    dictionary.includes('/BaseFont') ? dictionary : `${head} /BaseFont /Unnamed${rest}`,
  );
  return repaired === source ? bytes : Buffer.from(repaired, 'latin1');
}

/**
 * A cut file has lost its trailer, without which the library finds no document in the objects that are left. The catalog
 * is looked up and named.
 * @returns undefined when there is none, or a trailer is there
 */
export function withTrailer(bytes: Uint8Array): Uint8Array | undefined {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  if (/\btrailer\b/u.test(source)) return undefined;
  const catalog = source.lastIndexOf('/Catalog');
  const head = [
    ...source.slice(Math.max(0, catalog - 2_000), Math.max(0, catalog)).matchAll(/(\d+) (\d+) obj\b/gu),
  ];
  const [, number, generation] = head.at(-1) ?? [];
  if (number === undefined) return undefined;
  return Buffer.from(`${source}\nendobj\ntrailer\n<< /Root ${number} ${generation} R >>\n`, 'latin1');
}

/** From the subtype to the end of the dictionary that holds it, one inner dictionary allowed. */
const INNER_FONT =
  /(\/Subtype\s*\/CIDFontType[02]\b)((?:[^<>]|<<[^<>]{0,2000}>>|<[^<>]{0,200}>){0,2000}>>)/gu;
