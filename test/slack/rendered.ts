import { existsSync } from 'node:fs';
import type { Answer, Citation, Claim, Summary } from '@fumikura/answering';
import { openCollection } from '@fumikura/evaluation';
import type { JudgedDocument } from '@fumikura/evaluation';
import type { DocumentId, SourceId } from '@fumikura/model';
import type { SearchPage } from '@fumikura/retrieval';
import {
  answerBlocks,
  answerTail,
  claimBlock,
  commentView,
  homeView,
  signInBlocks,
  proposalBlocks,
  Room,
  searchBlocks,
  sharedBlocks,
  summaryBlocks,
  unfurlBlocks,
} from '@fumikura/slack-bot';
import { blockFaults, viewFaults } from '../simulators/slack/block-limits.ts';
import { loadSlackDescription } from '../simulators/slack/documented.ts';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../shared/eval/', import.meta.url));
const COLLECTIONS = [
  ...[{ name: 'aws_docs', corpus: 'corpus_full.jsonl.gz' }, { name: 'jsquad' }, { name: 'lawqa_jp' }],
  ...[{ name: 'scifact' }, { name: 'workarena_kb' }],
];
const TOGETHER = 10;
const LANGUAGES = ['en', 'ja'] as const;
/** Of all blocks of a message: where Slack begins to answer msg_blocks_too_long. */
const MAX_SAID = 13_000;
const SOURCE = 'files:a-source-with-a-rather-long-name' as SourceId;

export const evalMissing = existsSync(FOLDER) ? undefined : `no ${FOLDER}`;

export interface RenderedResult {
  readonly documents: number;
  readonly messages: number;
  readonly violations: readonly string[];
}

/** Every document, ten at a time, in each kind of message that names documents, in both languages. */
export async function runRendered(every = 1): Promise<RenderedResult> {
  let [documents, messages] = [0, 0];
  const violations: string[] = [];
  for await (const group of groupsOf(every)) {
    documents += group.length;
    for (const language of LANGUAGES)
      for (const rendered of messagesOf(group, language)) {
        messages++;
        const faults = faultsOf(rendered);
        if (faults.length > 0) violations.push(`${rendered.kind} of ${group[0]?.id}: ${faults.join('; ')}`);
      }
  }
  return { documents, messages, violations };
}

async function* groupsOf(every: number): AsyncGenerator<readonly JudgedDocument[]> {
  let [group, seen]: [JudgedDocument[], number] = [[], 0];
  for (const { name, corpus } of COLLECTIONS) {
    const collection = await openCollection(`${FOLDER}${name}`, corpus);
    for await (const document of collection.documents()) {
      if (seen++ % every > 0) continue;
      group.push(document);
      if (group.length < TOGETHER) continue;
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

/** What Slack is sent. */
export interface Rendered {
  readonly kind: string;
  readonly place: 'message' | 'home' | 'dialog';
  readonly value: object;
}

/** Without an address it has one of its own. */
export type ShownDocument = JudgedDocument & { readonly url?: string };

/** These documents in each kind of message that names documents. */
export function messagesOf(group: readonly ShownDocument[], language: 'en' | 'ja'): Rendered[] {
  const answer = answerOf(group);
  const buttons = { reply: 'r'.repeat(16), canShare: true, sources: [SOURCE, 'jira:other'] };
  const found = {
    answer,
    people: 2_000,
    keptSources: 9,
    leftSources: 1,
    leftClaims: 1,
    isPublic: true,
    left: answer.citations,
  };
  const room = new Room();
  const streamed = [
    ...answer.claims.flatMap((claim) => claimBlock(claim, room) ?? []),
    ...answerTail(answer, language, { ...buttons, room }),
  ];
  const [first] = group;
  const card = first && { ...namesOf(first), authors: [first.title], updatedAt: '2026-01-01T00:00:00.000Z' };
  const home = {
    name: first?.title ?? '',
    questions: group.map(({ text }) => ({ text, at: '2026-01-01T00:00:00.000Z' })),
    sources: [],
  };
  const message = (kind: string, value: object): Rendered => ({ kind, place: 'message', value });
  return [
    message('answer', answerBlocks(answer, language, buttons)),
    message('streamed answer', streamed),
    message('search', searchBlocks(pageOf(group), language, buttons.reply)),
    message('summary', summaryBlocks(summaryOf(answer), language)),
    message('proposal', proposalBlocks(found, buttons.reply, language)),
    message('share', sharedBlocks(found, 'U1', language)),
    ...(card ? [message('preview', unfurlBlocks(card))] : []),
    { kind: 'home', place: 'home', value: homeView(home, language) },
    message('way to sign in', signInBlocks('https://fumi.example.com/slack/sign-in', language)),
    { kind: 'dialog', place: 'dialog', value: commentView(buttons.reply, 'wrong', language) },
  ];
}

export function faultsOf({ place, value }: Rendered): string[] {
  if (place === 'message') return messageFaults(value as readonly object[]);
  return markupFaults(asNode(value), viewFaults(asNode(value)));
}

type Node = Readonly<Record<string, unknown>>;
const asNode = (value: object): Node => JSON.parse(JSON.stringify(value)) as Node;

function messageFaults(blocks: readonly object[]): string[] {
  const sent = JSON.parse(JSON.stringify(blocks)) as Node[];
  const args = { channel: 'C1', text: 'x', blocks: JSON.stringify(sent) };
  const said = textsIn(sent).join('').length;
  return markupFaults(sent, [
    ...blockFaults(sent, { kind: 'message' }),
    ...(loadSlackDescription()?.checkCall('chat.postMessage', args) ?? []),
    ...(said > MAX_SAID ? [`${said} characters in all`] : []),
  ]);
}

/** Nothing of a document may stand where Slack reads markup, and nobody is named but the one who shares. */
function markupFaults(value: unknown, faults: readonly string[]): string[] {
  const kinds = nodesIn(value).map((node) => node['type']);
  const marked = ['mrkdwn', 'emoji', 'broadcast', 'usergroup', 'channel'].filter((kind) =>
    kinds.includes(kind),
  );
  return [...faults, ...marked.map((kind) => `${kind} in it`)];
}

export function nodesIn(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Node, ...Object.values(value).flatMap(nodesIn)];
}

function textsIn(value: unknown): string[] {
  return nodesIn(value).flatMap(({ text }) => (typeof text === 'string' ? [text] : []));
}

function namesOf({ id, title, url: own }: ShownDocument) {
  // Ids of the collections are paths with whatever their authors wrote into them.
  const url = own ?? `https://wiki.example/${id}`;
  return { id: `${SOURCE}/${id}` as DocumentId, title, url, source: SOURCE };
}

function answerOf(group: readonly ShownDocument[]): Answer {
  const citations = group.map((each, at): Citation => {
    const { id, ...names } = namesOf(each);
    const place = { start: 0, end: each.text.length, quote: each.text, headingPath: [each.title] };
    return { ...names, ...place, number: at + 1, documentId: id, updatedAt: '2026-01-01T00:00:00.000Z' };
  });
  const claims = group.map(({ text }, at): Claim => ({
    ...{ text, kind: 'extracted', citations: [at + 1], support: 1, part: 0 },
  }));
  return {
    ...{ question: group[0]?.title ?? '', language: 'en', kind: 'extracted', claims, citations },
    confidence: { value: 0.5, words: 'low', version: 'test' },
    conflicts: group.slice(0, 4).map(({ title, text }, at) => ({
      ...{ about: title, kind: 'value' as const, preferred: 1 },
      sides: [
        { citation: at + 1, says: text },
        { citation: 1, says: text, updatedAt: '2026-01-01T00:00:00.000Z' },
      ],
    })),
    ...{
      related: [],
      relatedQuestions: [],
      notices: group.map(({ title }) => title),
      dropped: {},
      tookMs: 1,
    },
    coverage: {
      complete: false,
      sources: [{ source: SOURCE, state: 'timed-out', staleSince: '2026-01-01' }],
    },
  };
}

function summaryOf({ claims, citations, coverage, notices }: Answer): Summary {
  return {
    ...{ kind: 'extracted', language: 'en', points: claims, citations, documents: [], leftOut: [] },
    ...{ leftOutBeyond: 3, truncated: true, coverage, notices, dropped: {}, tookMs: 1 },
  };
}

function pageOf(group: readonly ShownDocument[]): SearchPage {
  return {
    hits: group.map((each, at) => ({
      ...{ ...namesOf(each), rank: at + 1, kind: 'page', language: 'en', updatedAt: '2026-01-01' },
      ...{ breadcrumbs: [], authors: [], labels: [], duplicates: [] },
      snippet: { text: each.text, highlights: [], headingPath: [], start: 0, end: each.text.length },
    })),
    coverage: { complete: true, sources: [] },
    ...{ nextCursor: 'next', notices: group.map(({ title }) => title), tookMs: 1 },
  };
}
