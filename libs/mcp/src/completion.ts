import type { WithheldDocument } from '@fumikura/retrieval';
import type { CallContext, Caller } from './deps.ts';
import { answer } from './reply/answer.ts';
import type { Answer } from './reply/answer.ts';
import { cleanLine } from './untrusted/clean.ts';
import { shownId } from './untrusted/ids.ts';

const MAX_COMPLETIONS = 20;
/** Of what is typed, this much is looked at. */
const CHARACTERS = 200;

/** Ids of documents, found by search: only documents the caller may read can be suggested. */
export function completeId(call: CallContext, typed: string): Promise<string[]> {
  const words = typed.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  return complete(call, words.slice(0, CHARACTERS), async (query, { access }, signal) => {
    const withheld: WithheldDocument[] = [];
    const wanted = { query, limit: MAX_COMPLETIONS };
    const page = await call.deps.knowledge.search(wanted, access, signal, (ids) => withheld.push(...ids));
    const ids = page.hits.map(({ id }) => id).filter((id) => id.startsWith(typed));
    // An id that cannot be shown as it is cannot be typed either.
    return { value: ids.filter((id) => shownId(id) === id), documentIds: ids, withheld };
  });
}

/** What is being typed with its last word completed, and titles of documents that fit. */
export function completeText(call: CallContext, typed: string): Promise<string[]> {
  return complete(call, typed.slice(-CHARACTERS), async (text, { access }, signal) => {
    const { queries, documents } = await call.deps.knowledge.suggest({ text, limit: 10 }, access, signal);
    const titles = documents.map(({ title }) => title);
    const offered = [...queries, ...titles].map((each) => cleanLine(each, CHARACTERS));
    return {
      value: [...new Set(offered)].slice(0, MAX_COMPLETIONS),
      documentIds: documents.map(({ id }) => id),
    };
  });
}

/** No suggestion is no failure. */
async function complete(
  call: CallContext,
  query: string,
  work: (query: string, caller: Caller, signal: AbortSignal) => Promise<Answer<string[]>>,
): Promise<string[]> {
  if (query.trim() === '') return [];
  // The SDK gives completions no request context: neither signal nor progress token.
  const request = { mcpReq: { signal: new AbortController().signal } };
  try {
    return await answer(call, request, { via: 'completion', query }, (caller, signal) =>
      work(query, caller, signal),
    );
  } catch {
    // Said and logged by `answer`; a field without suggestions is still a field.
    return [];
  }
}
