import type { IndexDocument } from '@fumikura/ports';
import fc from 'fast-check';
import { testDocument } from './test-document.ts';

const vocabulary = fc.constantFrom(
  'alpha',
  'beta',
  'gamma',
  'PROJ-7',
  'running',
  'runs',
  '東京',
  '経費精算',
  '期限',
  'deltaOmega',
);
const phrase = (max: number) => fc.array(vocabulary, { maxLength: max }).map((parts) => parts.join(' '));
/** Documents in any number of batches, words asked for and acl_ids allowed. */
export const scenario = fc
  .record({
    documents: fc.array(
      fc.record({
        title: phrase(3),
        crumb: phrase(1),
        texts: fc.array(phrase(12), { maxLength: 4 }),
        heading: phrase(2),
        aclId: fc.integer({ min: 1, max: 4 }),
      }),
      { minLength: 1, maxLength: 14 },
    ),
    query: fc.array(vocabulary, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' ')),
    allowed: fc.uniqueArray(fc.integer({ min: 1, max: 4 })),
    parts: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ documents, query, allowed, parts }) => {
    const made = documents.map(({ title, crumb, texts, heading, aclId }, at): IndexDocument => {
      const document = testDocument(`d${at}`, texts, aclId);
      const chunks = document.chunks.map((chunk) => ({
        ...chunk,
        headingPath: heading === '' ? [] : [heading],
      }));
      return { ...document, title, breadcrumbs: crumb === '' ? [] : [crumb], chunks };
    });
    const size = Math.ceil(made.length / parts);
    const batches = Array.from({ length: parts }, (_, at) => made.slice(at * size, (at + 1) * size));
    return { batches, query, allowed: allowed.sort((a, b) => a - b) };
  });
