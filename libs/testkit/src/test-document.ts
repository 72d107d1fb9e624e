import type { IndexDocument } from '@fumikura/ports';

/** One chunk for each text. */
export function testDocument(id: string, text: string | readonly string[], aclId: number): IndexDocument {
  const texts = typeof text === 'string' ? [text] : text;
  return {
    documentId: id,
    aclId,
    title: '',
    breadcrumbs: [],
    source: 'test:source',
    kind: 'page',
    language: 'en',
    authors: [],
    labels: [],
    chunks: texts.map((each, ordinal) => ({ ordinal, headingPath: [], text: each })),
  };
}
