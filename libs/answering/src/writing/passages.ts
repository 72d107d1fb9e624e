import type { EvidenceDocument } from '@fumikura/retrieval';
import type { Finding } from '../investigate.ts';
import { REFUSE_BELOW } from '../confidence/confidence.ts';
import { isInstruction } from '../instruction.ts';
import { unitsOf } from '../units.ts';
import type { ShownPassage } from './prompts.ts';

/** A stretch of a document that a model is shown, and that its claims are held against. */
export interface EvidencePassage extends ShownPassage {
  readonly document: EvidenceDocument;
  readonly start: number;
  readonly end: number;
}

const MOST = 16;
/** What a document loses for each passage that was taken of it. */
const SAME_DOCUMENT = 0.12;

/** The best chunks for every part of the question, of several documents, as far as the tokens go. */
export function selectPassages(
  findings: readonly Finding[],
  maxTokens: number,
  countTokens: (text: string) => number,
): EvidencePassage[] {
  const open = findings
    .filter(({ confidence }) => confidence.value >= REFUSE_BELOW)
    .flatMap(candidatesOf)
    .toSorted((a, b) => b.score - a.score);
  const taken: EvidencePassage[] = [];
  let left = maxTokens;
  while (taken.length < MOST && open.length > 0) {
    const used = (id: string) => taken.filter(({ document }) => document.id === id).length;
    const best = open.reduce((top, each) =>
      each.score - SAME_DOCUMENT * used(each.document.id) > top.score - SAME_DOCUMENT * used(top.document.id)
        ? each
        : top,
    );
    open.splice(open.indexOf(best), 1);
    if (taken.some(({ document, start }) => document.id === best.document.id && start === best.start))
      continue;
    const passage = passageOf(best, taken.length + 1);
    const tokens = countTokens(JSON.stringify({ ...passage, document: undefined }));
    if (passage.text.trim() === '' || (tokens > left && taken.length > 0)) continue;
    taken.push(passage);
    left -= tokens;
    if (left <= 0) break;
  }
  return taken;
}

interface Chosen {
  readonly document: EvidenceDocument;
  readonly ordinal: number;
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

function candidatesOf({ units, evidence }: Finding): Chosen[] {
  const best = new Map<string, Chosen>();
  for (const { document: index, chunk: ordinal, score } of units) {
    const document = evidence.documents[index];
    const chunk = document?.stored.chunks.find((each) => each.ordinal === ordinal);
    if (!document || !chunk || score <= 0) continue;
    const key = `${document.id} ${ordinal}`;
    const known = best.get(key);
    if (!known || score > known.score)
      best.set(key, { document, ordinal, start: chunk.start, end: chunk.end, score });
  }
  return [...best.values()];
}

/** With the header of its table when it is torn from it, and without sentences that speak to an assistant. */
export function passageOf(
  { document, start, end, ordinal }: Omit<Chosen, 'score'>,
  number: number,
): EvidencePassage {
  const { stored, title, updatedAt } = document;
  const chunk = stored.chunks.find((each) => each.ordinal === ordinal);
  const body = withoutInstructions(stored.text.slice(start, end));
  return {
    number,
    title,
    section: (chunk?.headingPath ?? []).join(' › '),
    ...(updatedAt && { updatedAt: updatedAt.slice(0, 10) }),
    text: chunk?.context === undefined ? body : `${chunk.context}\n${body}`,
    document,
    start,
    end,
  };
}

function withoutInstructions(text: string): string {
  let [kept, at] = ['', 0];
  for (const { start, end } of unitsOf(text)) {
    if (!isInstruction(text.slice(start, end))) continue;
    kept += text.slice(at, start);
    at = end;
  }
  return kept + text.slice(at);
}
