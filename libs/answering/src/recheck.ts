import type { Knowledge } from '@fumikura/retrieval';
import { renumbered } from './citations.ts';
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
  const { claims, citations, numbers } = renumbered(kept, answer.citations);
  const notices = [
    ...(gate.withdrawn.size > 0 ? [say('withdrawn', answer.language)] : []),
    ...(changed > 0 ? [say('changed', answer.language)] : []),
  ];
  return {
    ...answer,
    claims,
    citations,
    ...(claims.length === 0 && { kind: 'refused' as const }),
    ...(claims.length === 0 && {
      refusal: answer.refusal ?? {
        reason: 'not-supported' as const,
        message: say('notSupported', answer.language),
        searched: [answer.question],
        missing: [],
      },
    }),
    conflicts: answer.conflicts.flatMap((conflict) => {
      const sides = conflict.sides.flatMap((side) => {
        const citation = numbers.get(side.citation);
        return citation === undefined ? [] : [{ ...side, citation }];
      });
      const preferred = conflict.preferred === undefined ? undefined : numbers.get(conflict.preferred);
      const { preferred: _, ...rest } = conflict;
      return sides.length < 2 ? [] : [{ ...rest, sides, ...(preferred !== undefined && { preferred }) }];
    }),
    related: answer.related.filter(({ id }) => named.has(id)),
    // They were read from documents that nobody checks again.
    relatedQuestions: [],
    notices: [...new Set([...answer.notices, ...notices])],
  };
}
