import { unitsOf } from '@fumikura/answering';
import type { JudgedQuery } from '@fumikura/evaluation';
import type { DocumentId } from '@fumikura/model';
import type { AccessFilter } from '@fumikura/ports';
import type { Knowledge } from '@fumikura/retrieval';
import { judgedId, storedId } from './evaluation.ts';

export interface Found {
  readonly isFirst: boolean;
  readonly isBest: boolean;
  readonly isShown: boolean;
}

/**
 * Whether what is quoted stands in a document that answers, and holds the answer. Undefined when no sentence of these
 * documents holds it, so that nobody could quote it.
 */
export async function judge(
  { text, answer }: JudgedQuery & { readonly answer: string },
  relevant: ReadonlySet<string>,
  extracted: readonly { readonly documentId: DocumentId; readonly text: string }[],
  knowledge: Knowledge,
  filter: AccessFilter,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const answering = await knowledge.documents([...relevant].map(storedId), filter, signal);
  const holds = holdsAnswer(answer, answering.map(({ stored }) => stored.text).join('\n\n'));
  if (!holds) return undefined;
  const [first] = (await knowledge.evidence({ query: text, documents: 1 }, filter, signal)).documents;
  const opening = first && unitsOf(first.stored.text).find(({ kind }) => kind !== 'heading');
  const isRight = (each: { readonly documentId: DocumentId; readonly text: string } | undefined) =>
    each !== undefined && relevant.has(judgedId(each.documentId)) && holds(each.text);
  return {
    isFirst: isRight(
      first && opening && { documentId: first.id, text: first.stored.text.slice(opening.start, opening.end) },
    ),
    isBest: isRight(extracted[0]),
    isShown: extracted.some(isRight),
  };
}

/** An answer that is no quotation is held by the sentence of its document that says most of its words. */
function holdsAnswer(answer: string, text: string): ((sentence: string) => boolean) | undefined {
  const plain = fold(answer);
  // The letter of a choice is no answer in words.
  if (plain.trim().length < 2) return undefined;
  if (fold(text).includes(plain)) return (sentence) => fold(sentence).includes(plain);
  const words = new Set(plain.match(/[\p{L}\p{N}]+/gu) ?? []);
  const share = (sentence: string) => {
    const there = new Set(fold(sentence).match(/[\p{L}\p{N}]+/gu) ?? []);
    return [...words].filter((word) => there.has(word)).length / Math.max(1, words.size);
  };
  const best = unitsOf(text).reduce(
    (most, { start, end }) => Math.max(most, share(text.slice(start, end))),
    0,
  );
  return best < 0.5 ? undefined : (sentence) => share(sentence) >= best - 1e-9;
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ');
}
