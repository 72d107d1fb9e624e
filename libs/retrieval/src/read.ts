import { AppError, invalidInput } from '@fumikura/errors';
import type { Section } from '@fumikura/model';
import type { AccessFilter, Catalog, DocumentRecord, LateCheck, StoredText } from '@fumikura/ports';
import { readGrant } from '@fumikura/ports';
import { estimateTokens } from '@fumikura/text';
import type { CursorSealer } from './cursor.ts';
import { fold, nearMatches } from './near-matches.ts';
import type { DocumentPage, ReadRequest } from './types.ts';

const TOKENS = { least: 100, most: 8_000, usual: 4_000 };

export interface ReadParts {
  readonly catalog: Catalog;
  readonly cursors: CursorSealer;
  readonly lateCheck?: LateCheck;
}

/** One page of a document the caller may read, cut where a chunk ends. */
export async function readDocument(
  request: ReadRequest,
  access: AccessFilter,
  { catalog, cursors, lateCheck }: ReadParts,
  signal: AbortSignal,
): Promise<DocumentPage> {
  const maxTokens = checkedTokens(request.maxTokens);
  const [record] = await catalog.readable([request.id], access);
  if (record && lateCheck) await requireConfirmed(record, access, lateCheck, signal);
  const stored = record && (await catalog.text(request.id, access));
  if (!record || !stored) throw notFound();
  const span = request.section === undefined ? whole(stored) : findSection(stored, request.section);
  const binding = [readGrant(access)?.caller, request.id, record.version, request.section ?? null];
  const start = request.cursor === undefined ? span.start : Number(cursors.open(request.cursor, binding));
  const end = pageEnd(stored, start, span.end, maxTokens);
  return {
    ...pageOf(record, stored),
    text: stored.text.slice(start, end),
    ...(end < span.end && { nextCursor: cursors.seal(end, binding) }),
  };
}

/** Rejects with DOCUMENT_NOT_FOUND, SOURCE_UNCONFIRMED. */
export async function requireConfirmed(
  { id, source }: DocumentRecord,
  access: AccessFilter,
  lateCheck: LateCheck,
  signal: AbortSignal,
): Promise<void> {
  const { withheld, troubled } = await lateCheck.check([{ id, source }], access, signal);
  const reason = withheld.get(id);
  if (reason === undefined) return;
  if (reason === 'source-refused') throw notFound();
  const why = troubled.get(source)?.reason ?? `${source} did not confirm that you may read this`;
  throw new AppError('SOURCE_UNCONFIRMED', 'transient', why, {
    publicMessage: `${why}. Try again in a moment.`,
  });
}

function checkedTokens(wanted = TOKENS.usual): number {
  if (Number.isInteger(wanted) && wanted >= TOKENS.least && wanted <= TOKENS.most) return wanted;
  throw invalidInput(
    'LIMIT_OUT_OF_RANGE',
    `maxTokens: give a whole number from ${TOKENS.least} to ${TOKENS.most}.`,
  );
}

/** "Not there" and "not yours" are one answer. */
export function notFound(): AppError {
  return new AppError('DOCUMENT_NOT_FOUND', 'not-found', 'document absent or not readable for the caller', {
    publicMessage: 'No such document, or you may not read it. Ids come from search results.',
  });
}

function whole({ text }: StoredText): { start: number; end: number } {
  return { start: 0, end: text.length };
}

function findSection({ outline }: StoredText, wanted: string): Section {
  const found =
    outline.find(({ heading }) => heading === wanted) ??
    outline.find(({ heading }) => fold(heading) === fold(wanted));
  if (found) return found;
  const headings = outline.map(({ heading }) => heading);
  const near = nearMatches(wanted, headings);
  const offered = near.length > 0 ? near : headings.slice(0, 10);
  const hint = near.length > 0 ? 'Near matches:' : 'Its first sections:';
  // Headings are text of the document: they travel beside our sentence, never in it.
  throw invalidInput(
    'SECTION_NOT_FOUND',
    offered.length > 0
      ? `No section "${wanted.slice(0, 100)}". ${hint}`
      : 'This document has no sections. Leave "section" out.',
    { near: offered },
  );
}

/** As many whole chunks as fit; within a chunk that alone is too long, a line or a character boundary. */
function pageEnd({ text, chunks }: StoredText, start: number, limit: number, maxTokens: number): number {
  let end = start;
  let tokens = 0;
  for (const chunk of chunks) {
    if (chunk.end <= start) continue;
    const next = Math.min(chunk.end, limit);
    tokens += estimateTokens(text.slice(end, next));
    if (tokens > maxTokens) break;
    end = next;
    if (end >= limit) return limit;
  }
  return end > start ? end : cutInside(text, start, limit, maxTokens);
}

function cutInside(text: string, start: number, limit: number, maxTokens: number): number {
  let [low, high] = [start + 1, limit];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (estimateTokens(text.slice(start, middle)) <= maxTokens) low = middle;
    else high = middle - 1;
  }
  if (low >= limit) return limit;
  const line = text.lastIndexOf('\n', low - 1) + 1;
  const end = line > start ? line : low;
  const splitsPair = text.charCodeAt(end) >= 0xdc00 && text.charCodeAt(end) <= 0xdfff;
  return splitsPair ? end + 1 : end;
}

function pageOf(record: DocumentRecord, { outline }: StoredText): Omit<DocumentPage, 'text' | 'nextCursor'> {
  const { id, title, url, source, kind, language, syncedAt, createdAt, updatedAt } = record;
  return {
    id,
    title,
    url,
    source,
    outline,
    metadata: {
      kind,
      language,
      syncedAt,
      breadcrumbs: record.breadcrumbs ?? [],
      authors: record.authors ?? [],
      labels: record.labels ?? [],
      fields: record.fields ?? {},
      notices: record.notices,
      ...(createdAt && { createdAt }),
      ...(updatedAt && { updatedAt }),
    },
  };
}
