import type { Knowledge } from '@fumikura/retrieval';
import { citedBy } from './citations.ts';
import { createGate } from './gate.ts';
import type { Answer, Asker, Citation, Claim } from './types.ts';
import { say } from './words.ts';

/** Claims whose evidence may still be shown and still stands there, word for word. */
export async function recheckAnswer(knowledge: Knowledge, answer: Answer, asker: Asker): Promise<Answer> {
  const gate = createGate(knowledge, asker);
  const access = await (asker.accessNow?.() ?? Promise.resolve(asker.access));
  const ids = [...new Set(answer.citations.map(({ documentId }) => documentId))];
  const documents = await knowledge.documents(ids, access, asker.signal);
  const texts = new Map(documents.map(({ id, stored }) => [id, stored.text]));
  const stands = ({ documentId, start, end, quote }: Citation) =>
    texts.get(documentId)?.slice(start, end) === quote;
  const kept: Claim[] = [];
  let changed = 0;
  for (const claim of answer.claims) {
    const cited = answer.citations.filter(({ number }) => claim.citations.includes(number));
    const passed = await gate.pass(claim, cited);
    if (passed && cited.every(stands)) kept.push(passed);
    else if (passed) changed++;
  }
  const named = await gate.name(answer.related.map(({ id }) => id));
  const citations = citedBy(kept, answer.citations);
  const numbers = new Set(citations.map(({ number }) => number));
  const notices = [
    ...(gate.withdrawn.size > 0 ? [say('withdrawn', answer.language)] : []),
    ...(changed > 0 ? [say('changed', answer.language)] : []),
  ];
  return {
    ...answer,
    claims: kept,
    citations,
    ...(kept.length === 0 && { kind: 'refused' as const }),
    ...(kept.length === 0 && {
      refusal: answer.refusal ?? {
        reason: 'not-supported' as const,
        message: say('notSupported', answer.language),
        searched: [answer.question],
        missing: [],
      },
    }),
    // A contradiction needs all of its sides.
    conflicts: answer.conflicts.filter(({ sides }) => sides.every(({ citation }) => numbers.has(citation))),
    related: answer.related.filter(({ id }) => named.has(id)),
    // They were read from documents that nobody checks again.
    relatedQuestions: [],
    notices: [...new Set([...answer.notices, ...notices])],
  };
}
