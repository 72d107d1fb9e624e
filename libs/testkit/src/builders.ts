import type { Acl, AllowList, Chunk, Document, Fingerprint, Principal } from '@fumikura/model';
import { splitDocumentId } from '@fumikura/model';
import { AccessFilter } from '@fumikura/ports';
import type { Catalog, DocumentWrite, SearchRequest } from '@fumikura/ports';
import { grantAccess } from '@fumikura/ports/grant';
import { analyseQuery } from '@fumikura/text';

const READ_AT = '2026-01-15T09:00:00.000Z';

export const ALICE: Principal = 'user:local:alice';
export const BOB: Principal = 'user:local:bob';

export function allowList(id: string, ...members: readonly Principal[]): AllowList {
  return { id, members, readAt: READ_AT };
}

/** The filter `access` would make for a caller with these principals. */
export async function filterFor(
  catalog: Catalog,
  ...principals: readonly Principal[]
): Promise<AccessFilter> {
  const { aclIds, version } = await catalog.readableAcls(principals);
  const caller = JSON.stringify(principals);
  return grantAccess({ caller, principals, aclIds, version, hash: `${caller} ${version}` });
}

/** An object that looks like a filter and was made by nobody who may. */
export function forgedFilter(): AccessFilter {
  class Forged extends AccessFilter {}
  return new Forged();
}

export interface DocumentFacts extends Partial<Omit<Document, 'id' | 'source' | 'externalId'>> {
  /** One text per chunk; the document's text is them, a line each. Default: one chunk that says the title. */
  readonly parts?: readonly string[];
  readonly vectors?: readonly Float32Array[];
}

/** A document as the engine writes it. `id` is `<source id>/<external id>`. */
export function documentWrite(id: string, acl: Acl, facts: DocumentFacts = {}): DocumentWrite {
  const { parts = [facts.title ?? id], vectors, ...rest } = facts;
  const halves = splitDocumentId(id);
  if (!halves) throw new Error(`${id} is no document id`);
  const document: Document = {
    id,
    ...halves,
    kind: 'page',
    url: `https://example.test/${halves.externalId}`,
    title: id,
    version: '1',
    language: 'en',
    text: parts.join('\n'),
    outline: [],
    contentHash: `hash of ${parts.join('\n')}`,
    notices: [],
    ...rest,
    acl,
  };
  return { document, chunks: chunksOf(parts), similarity: '0123456789abcdef', ...(vectors && { vectors }) };
}

function chunksOf(parts: readonly string[]): Chunk[] {
  let at = 0;
  return parts.map((part, ordinal) => {
    const start = at;
    at += part.length + 1;
    return { ordinal, start, end: start + part.length, headingPath: [] };
  });
}

/** A search by words alone. */
export function lexical(query: string, more: Partial<SearchRequest> = {}): SearchRequest {
  return { lexical: { query: analyseQuery(query) }, candidates: 100, ...more };
}

export const FINGERPRINT: Fingerprint = {
  model: 'test-model',
  dimension: 64,
  promptForm: 'plain',
  chunkerVersion: '1',
};

/** A unit vector that depends on the seed alone; near seeds are not near vectors. */
export function vectorOf(random: () => number, dimension = FINGERPRINT.dimension): Float32Array {
  const values = Float32Array.from({ length: dimension }, () => random() - 0.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}
