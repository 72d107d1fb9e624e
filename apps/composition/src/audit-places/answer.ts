import { readAudit } from '@fumikura/audit';
import type { AuditTrail, StoredRecord } from '@fumikura/audit';
import type { Config } from '@fumikura/config';
import type { SharedState } from '@fumikura/ports';
import { auditFolder } from '../audit.ts';
import { filesKeptAside } from '../people/older-files.ts';
import { ANSWER_HOLDS_MS, ANSWERS, REQUESTS } from './ask.ts';
import type { AuditRequest, PlaceAnswer } from './ask.ts';
import { sealAnswer } from './sealed-answer.ts';

/** Of records as they are stored; entries of the shared state are small. */
const PAGE_CHARACTERS = 64_000;
const MAX_REQUESTS = 100;

export interface Answerer {
  readonly config: Config;
  readonly state: SharedState;
  readonly audit: AuditTrail;
  /** Of the folder that this process writes into. */
  readonly place: string;
  /** Ids that this process has looked at. */
  readonly seen: Set<string>;
}

/** Answers what other places ask of this one; of its processes the first that takes a question answers it. */
export async function answerRequests(answerer: Answerer, signal: AbortSignal): Promise<void> {
  const { state, place, seen } = answerer;
  const requests = await state.list(REQUESTS, { limit: MAX_REQUESTS });
  const open = new Set(requests.map(({ key }) => key));
  for (const key of seen) if (!open.has(key)) seen.delete(key);
  for (const { key, value } of requests) {
    const request = value as unknown as AuditRequest;
    if (request.from === place || seen.has(key)) continue;
    seen.add(key);
    const claim = {
      key: `${key}/${place}/claim`,
      value: null,
      expected: 0,
      expiresAt: Date.now() + ANSWER_HOLDS_MS,
    };
    if (await state.put(ANSWERS, claim)) await answer(answerer, key, request, signal);
  }
}

async function answer(
  { config, state, audit, place }: Answerer,
  id: string,
  { person, by, wants, publicKey }: AuditRequest,
  signal: AbortSignal,
): Promise<void> {
  const object = person.issuer === 'local' ? person.subject : `${person.issuer}#${person.subject}`;
  await audit.record({
    ...{ action: 'access', via: 'audit request', outcome: 'done', object },
    ...{ actor: by, client: { channel: 'service' } },
  });
  const put = async (name: string | number, value: unknown) => {
    const key = `${id}/${place}/${name}`;
    await state.put(ANSWERS, {
      ...{ key, value: sealAnswer(value, publicKey, key) },
      expiresAt: Date.now() + ANSWER_HOLDS_MS,
    });
  };
  let [records, pages] = [0, 0];
  for await (const page of pagesOf(readAudit(auditFolder(config), { person }))) {
    signal.throwIfAborted();
    records += page.length;
    if (wants === 'records') await put(pages++, page);
  }
  const answered: PlaceAnswer = { records, pages, filesThatStay: filesKeptAside(config) };
  await put('done', answered);
}

async function* pagesOf(records: AsyncIterable<StoredRecord>): AsyncGenerator<readonly StoredRecord[]> {
  let page: StoredRecord[] = [];
  let characters = 0;
  for await (const record of records) {
    const { length } = JSON.stringify(record);
    if (page.length > 0 && characters + length > PAGE_CHARACTERS) {
      yield page;
      [page, characters] = [[], 0];
    }
    page.push(record);
    characters += length;
  }
  if (page.length > 0) yield page;
}
