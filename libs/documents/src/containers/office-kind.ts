/** Names of the entry that tells one zip-based office format from another. */
const KINDS: readonly (readonly [entry: string, extension: string])[] = [
  ['word/', 'docx'],
  ['ppt/', 'pptx'],
  ['xl/', 'xlsx'],
  ['opendocument.text', 'odt'],
  ['opendocument.spreadsheet', 'ods'],
  ['opendocument.presentation', 'odp'],
];

/** Looks at the names in the archive's head and directory, without unpacking; undefined for any other zip. */
export function officeKind(bytes: Uint8Array): string | undefined {
  const window = 64 * 1_024;
  const view = (from: number, to: number) =>
    Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
  const text = view(0, Math.min(200, bytes.length)) + view(Math.max(0, bytes.length - window), bytes.length);
  return KINDS.find(([entry]) => text.includes(entry))?.[1] ?? headNames(bytes);
}

/** Local file headers, when a cut file has lost its directory. */
function headNames(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 256 * 1_024)).toString(
    'latin1',
  );
  return KINDS.find(([entry]) => text.includes(`\u0003\u0004`) && text.includes(entry))?.[1];
}
