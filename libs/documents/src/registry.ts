import { AppError } from '@fumikura/errors';
import { isBinary } from './decode.ts';
import type { FormatParser, ParseInput } from './types.ts';

interface Format {
  readonly name: string;
  readonly extensions: readonly string[];
  readonly mediaTypes: readonly string[];
  /** Loaded when first needed: a Markdown file never loads the PDF library. */
  readonly load: () => Promise<FormatParser>;
}

const CODE =
  'ts tsx mts cts js jsx mjs cjs py pyi rb go rs java kt kts scala swift c h cc cpp cxx hpp cs fs php pl pm sh bash zsh fish ps1 bat sql r lua dart ex exs erl hs clj groovy gradle tf hcl toml ini cfg conf properties env proto graphql css scss less vue svelte yaml yml mk cmake dockerfile makefile jsonl';

const FORMATS: readonly Format[] = [
  format(
    'Markdown',
    'md markdown mdx mdown',
    'text/markdown',
    async () => (await import('./formats/markdown.ts')).parseMarkdown,
  ),
  format(
    'HTML',
    'html htm xhtml',
    'text/html application/xhtml+xml',
    async () => (await import('./formats/html.ts')).parseHtml,
  ),
  format(
    'plain text',
    'txt text log rst adoc asciidoc org tex',
    'text/plain',
    async () => (await import('./formats/text.ts')).parseText,
  ),
  format(
    'CSV',
    'csv tsv',
    'text/csv text/tab-separated-values',
    async () => (await import('./formats/csv.ts')).parseCsv,
  ),
  format(
    'Word',
    'docx docm',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    async () => (await import('./formats/docx.ts')).parseDocx,
  ),
  format(
    'PowerPoint',
    'pptx pptm',
    'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    async () => (await import('./formats/pptx.ts')).parsePptx,
  ),
  format(
    'Excel',
    'xlsx xlsm xlsb xls',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet application/vnd.ms-excel',
    async () => (await import('./formats/spreadsheet.ts')).parseSpreadsheet,
  ),
  format(
    'OpenDocument text',
    'odt',
    'application/vnd.oasis.opendocument.text',
    async () => (await import('./formats/odf.ts')).parseOdf,
  ),
  format(
    'OpenDocument sheet',
    'ods',
    'application/vnd.oasis.opendocument.spreadsheet',
    async () => (await import('./formats/odf.ts')).parseOdf,
  ),
  format(
    'OpenDocument slides',
    'odp',
    'application/vnd.oasis.opendocument.presentation',
    async () => (await import('./formats/odf.ts')).parseOdf,
  ),
  format('PDF', 'pdf', 'application/pdf', async () => (await import('./formats/pdf.ts')).parsePdf),
  format('mail', 'eml', 'message/rfc822', async () => (await import('./formats/mail.ts')).parseEml),
  format(
    'Outlook mail',
    'msg',
    'application/vnd.ms-outlook',
    async () => (await import('./formats/mail.ts')).parseMsg,
  ),
  format(
    'Confluence storage format',
    '',
    'application/vnd.atlassian.confluence.storage',
    async () => (await import('./formats/storage.ts')).parseStorage,
  ),
  format(
    'Atlassian Document Format',
    '',
    'application/vnd.atlassian.adf+json',
    async () => (await import('./formats/adf.ts')).parseAdf,
  ),
  format(
    'JSON',
    'json ipynb',
    'application/json',
    async () => (await import('./formats/structured.ts')).parseJsonFile,
  ),
  format(
    'XML',
    'xml',
    'application/xml text/xml',
    async () => (await import('./formats/structured.ts')).parseXmlFile,
  ),
  format('source code', CODE, '', async () => (await import('./formats/text.ts')).parseCode),
];

function format(
  name: string,
  extensions: string,
  mediaTypes: string,
  load: () => Promise<FormatParser>,
): Format {
  return { name, extensions: extensions.split(' '), mediaTypes: mediaTypes.split(' '), load };
}

/** What can be read, for help texts and errors. */
export function supportedFormats(): readonly {
  readonly name: string;
  readonly extensions: readonly string[];
}[] {
  return FORMATS.map(({ name, extensions }) => ({ name, extensions: extensions.filter(Boolean) }));
}

/** First bytes that say more than a name does. */
const SIGNATURES: readonly (readonly [bytes: string, extensions: readonly string[]])[] = [
  ['%PDF-', ['pdf']],
  ['PK\u0003\u0004', ['docx', 'docm', 'pptx', 'pptm', 'xlsx', 'xlsm', 'xlsb', 'odt', 'ods', 'odp']],
  ['\u00d0\u00cf\u0011\u00e0', ['xls', 'msg']],
];

/**
 * The parser of an input: by what its first bytes say, then by its declared type, then by its name; servers call any text
 * `text/plain`, so there the name decides first. Text of unknown
 * name is read as text; binary of unknown kind is refused.
 * @throws AppError FORMAT_UNSUPPORTED, CONTENT_ENCRYPTED, CONTENT_DAMAGED (invalid-input)
 */
export async function findParser(input: ParseInput): Promise<FormatParser> {
  const extension = extensionOf(input.fileName);
  const named = FORMATS.find(({ extensions }) => extension !== '' && extensions.includes(extension));
  const declared = FORMATS.find(
    ({ mediaTypes }) => input.mediaType && mediaTypes.includes(input.mediaType.split(';')[0]?.trim() ?? ''),
  );
  const signature = SIGNATURES.find(([bytes]) => startsWith(input.bytes, bytes));
  if (signature) return bySignature(input, signature[1], extension, declared ?? named);
  const isAnyText = declared?.name === 'plain text';
  const chosen = isAnyText ? (named ?? declared) : (declared ?? named);
  const needsSignature = chosen?.extensions.some((each) =>
    SIGNATURES.some(([, extensions]) => extensions.includes(each)),
  );
  // Web programs offer HTML tables under the name of a workbook.
  if (chosen && needsSignature && looksLikeHtml(input.bytes)) return byExtension('html').load();
  if (chosen && needsSignature && !chosen.extensions.includes('pdf')) throw damaged(chosen.name);
  if (chosen?.extensions.includes('pdf')) return chosen.load();
  if (isBinary(input.bytes)) throw unsupported(extension);
  const text = FORMATS.find(({ name }) => name === (looksLikeHtml(input.bytes) ? 'HTML' : 'plain text'));
  return (chosen ?? text ?? FORMATS[2] ?? fail()).load();
}

async function bySignature(
  input: ParseInput,
  extensions: readonly string[],
  extension: string,
  hint: Format | undefined,
): Promise<FormatParser> {
  if (extensions.includes('pdf')) return byExtension('pdf').load();
  if (extensions.includes('msg')) return byOleKind(input, extension, hint);
  const { officeKind } = await import('./containers/office-kind.ts');
  const kind = officeKind(input.bytes);
  if (kind === undefined) throw unsupported(extension === '' ? 'zip' : extension);
  return byExtension(kind).load();
}

/** Compound files tell what they are by their streams; only where none is known, the name decides. */
async function byOleKind(
  input: ParseInput,
  extension: string,
  hint: Format | undefined,
): Promise<FormatParser> {
  const { oleKind } = await import('./containers/ole.ts');
  const kind = oleKind(input.bytes);
  if (kind === 'mail') return byExtension('msg').load();
  if (kind === 'workbook') return byExtension('xls').load();
  if (kind === 'word' || kind === 'powerpoint')
    throw unsupported(kind === 'word' ? 'doc' : 'ppt', ' Save it in the format of 2007 or later.');
  const named = ['xls', 'msg'].find((each) => extension === each || hint?.extensions.includes(each));
  // A password makes a compound file of any Office file, whatever its name says.
  if (kind === 'encrypted' || ['docx', 'pptx', 'xlsx'].includes(extension)) throw encrypted();
  if (named !== undefined) return byExtension(named).load();
  throw unsupported(extension);
}

function byExtension(extension: string): Format {
  return FORMATS.find(({ extensions }) => extensions.includes(extension)) ?? fail();
}

export function extensionOf(fileName: string): string {
  const name = fileName.slice(fileName.lastIndexOf('/') + 1).toLowerCase();
  const dot = name.lastIndexOf('.');
  return dot >= 0 ? name.slice(dot + 1) : name;
}

function startsWith(bytes: Uint8Array, signature: string): boolean {
  const limit = signature === '%PDF-' ? 1_024 : signature.length;
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, limit)).includes(
    Buffer.from(signature, 'latin1'),
  );
}

function looksLikeHtml(bytes: Uint8Array): boolean {
  return /^\s*(?:<!doctype html|<html)/iu.test(new TextDecoder('latin1').decode(bytes.subarray(0, 500)));
}

function unsupported(extension: string, remedy = ''): AppError {
  const known = FORMATS.map(({ name }) => name).join(', ');
  const what = extension === '' ? 'This kind of file' : `".${extension}"`;
  return new AppError('FORMAT_UNSUPPORTED', 'invalid-input', `unsupported format ${extension}`, {
    publicMessage: `${what} cannot be read.${remedy} Readable: ${known}.`,
  });
}

function encrypted(): AppError {
  return new AppError('CONTENT_ENCRYPTED', 'invalid-input', 'encrypted office file', {
    publicMessage: 'The file is protected by a password. Store an unprotected copy to make it findable.',
  });
}

function damaged(name: string): AppError {
  return new AppError('CONTENT_DAMAGED', 'invalid-input', `not a ${name} file`, {
    publicMessage: `The file is damaged: its content is not ${name}.`,
  });
}

function fail(): never {
  throw new AppError('UNEXPECTED', 'internal', 'format table is incomplete');
}
