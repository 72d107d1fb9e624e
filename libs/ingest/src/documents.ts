import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { DocumentPipeline, PipelineInput, Prepared } from '@fumikura/documents';
import { normaliseText } from '@fumikura/text';
import type { Document, DocumentHead, SourceDocument } from '@fumikura/model';
import type { DocumentWrite } from '@fumikura/ports';
import type { Content } from './contents.ts';

/** Between a document and a file inside it: `mail.eml!1/report.pdf`. */
const INSIDE = '!';

/** Of all that is searched: a body under another title is another text. */
export function titledHash(hash: string, title: string): string {
  return `${hash}/${createHash('sha256').update(title).digest('base64url').slice(0, 16)}`;
}

/** What the pipeline takes of a body that was read. */
export function inputOf(body: SourceDocument['body'], content: Content | undefined): PipelineInput {
  if (body.type === 'blocks') return { blocks: body.blocks };
  const { fileName, mediaType } = body;
  return { fileName, ...(mediaType && { mediaType }), ...(content ?? { bytes: new Uint8Array() }) };
}

/** An item as a sync would write it; nothing is written. Rejects as its body and the pipeline do. */
export async function readItem(
  document: SourceDocument,
  documents: Pick<DocumentPipeline, 'prepare'>,
  signal: AbortSignal,
): Promise<DocumentWrite> {
  const { body } = document;
  const content = body.type === 'content' ? { bytes: await body.read(signal) } : undefined;
  const prepared = await documents.prepare(inputOf(body, content), signal);
  return toWrite(headOf(document), prepared, document.contentHash ?? '');
}

/** What the connector knows of a document, without its body. */
export function headOf({ body: _body, contentHash: _hash, ...head }: SourceDocument): DocumentHead {
  return { ...head, title: clean(head.title) };
}

/** Joins what the source and the file itself say; the source's times win, the file's title does. */
export function toWrite(head: DocumentHead, prepared: Prepared, hash: string): DocumentWrite {
  const {
    text,
    outline,
    chunks,
    defaultChunks,
    similarity,
    language,
    notices,
    title,
    authors,
    labels,
    createdAt,
    updatedAt,
  } = prepared;
  const document: Document = {
    ...head,
    title: title ?? head.title,
    language,
    text,
    outline,
    contentHash: hash,
    notices,
    ...merged('authors', head.authors, authors),
    ...merged('labels', head.labels, labels),
    ...((head.createdAt ?? createdAt) && { createdAt: head.createdAt ?? createdAt }),
    ...((head.updatedAt ?? updatedAt) && { updatedAt: head.updatedAt ?? updatedAt }),
  } as Document;
  return { document, chunks, ...(defaultChunks && { defaultChunks }), similarity };
}

function merged(name: 'authors' | 'labels', stated: readonly string[] = [], found: readonly string[] = []) {
  const values = [...new Set([...stated, ...found].map(clean))].filter(Boolean).slice(0, 100);
  return values.length > 0 ? { [name]: values } : {};
}

function clean(text: string): string {
  return normaliseText(text).replace(/\s+/gu, ' ').trim().slice(0, 500);
}

/** The files inside a document, as documents of their own with its readers. */
export function children(head: DocumentHead, { attachments = [] }: Prepared): SourceDocument[] {
  return attachments.map(({ fileName, mediaType, bytes }, index) => {
    const name = clean(posix.basename(fileName.replaceAll('\\', '/'))) || 'attachment';
    const externalId = `${head.externalId}${INSIDE}${index + 1}/${name}`;
    return {
      id: `${head.source}/${externalId}`,
      source: head.source,
      externalId,
      kind: 'attachment',
      url: head.url,
      title: name,
      version: head.version,
      acl: head.acl,
      parent: head.id,
      breadcrumbs: [...(head.breadcrumbs ?? []), head.title],
      ...(head.updatedAt && { updatedAt: head.updatedAt }),
      body: {
        type: 'content',
        fileName: name,
        sizeBytes: bytes.length,
        read: async () => bytes,
        ...(mediaType && { mediaType }),
      },
    };
  });
}

/** The id of the document a file inside belongs to, or undefined. */
export function parentOf(id: string): string | undefined {
  const mark = /^(.+?)!\d+\//su.exec(id);
  return mark?.[1];
}
