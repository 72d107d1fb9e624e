import { createAccess, createLocalDirectory } from '@fumikura/access';
import type { Acl, SourceId } from '@fumikura/model';
import type { DocumentWrite } from '@fumikura/ports';
import { createKnowledge, parseSynonyms } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { documentWrite } from '@fumikura/testkit';
import { join } from 'node:path';
import { asker } from './installation.ts';
import type { Ask } from './installation.ts';
import type { Question } from './questions.ts';

export const READER = 'reader';
const NOW = Date.parse('2026-05-01T09:00:00.000Z');
const READ_AT = '2026-01-15T09:00:00.000Z';
const OPEN: Acl = { allow: ['open'] };
/** Closed in each of the ways there are. */
const CLOSED: readonly Acl[] = [
  { allow: ['closed'] },
  { allow: [] },
  { allow: ['open', 'closed'] },
  { allow: ['open'], deny: ['authenticated:local'] },
  { allow: ['never read'] },
];

/** What an operator knows who may read everything: each holds words of hidden documents. */
const SYNONYMS = parseSynonyms(
  'copiers => merger layoffs\nfusion, merger2 secret printers\nBoard, layoffs',
  'synonyms.txt',
);

/** One of two installations that differ by documents their reader may not see, and by nothing else. */
export interface Twin {
  readonly ask: Ask;
  close(): Promise<void>;
}

export interface TwinOptions {
  readonly folder: string;
  /** Documents that the reader sees. */
  readonly open: number;
  /** Documents that they do not; beside their words they have those of open ones. */
  readonly hidden: number;
  /** That hidden documents alone have; default `layoffs`. */
  readonly hiddenWord?: string;
}

export async function openTwin({ folder, open, hidden, hiddenWord = 'layoffs' }: TwinOptions): Promise<Twin> {
  const store = await createSqliteStore({ file: join(folder, 'twin.db'), inline: true, now: () => NOW });
  const lists = [
    { id: 'open', members: ['authenticated:local' as const], readAt: READ_AT },
    { id: 'closed', members: ['user:local:somebody else' as const], readAt: READ_AT },
  ];
  await store.commit({ source: 'wiki:open', lists, upserts: Array.from({ length: open }, openDocument) });
  const secrets = Array.from({ length: hidden }, (_, at) => hiddenDocument(at, hiddenWord));
  for (const source of ['wiki:open', 'wiki:secret'] as const)
    await store.commit({ source, upserts: secrets.filter(({ document }) => document.source === source) });
  // Both have read everything; a source that is the reader's in neither is there in both.
  for (const source of ['wiki:open', 'wiki:secret'] as const) await store.catalog.ensureSource(source);
  const access = createAccess(store.catalog, createLocalDirectory([READER], [], '1'));
  const knowledge = await createKnowledge({
    store,
    now: () => NOW,
    synonyms: () => SYNONYMS,
    boosts: { links: { weight: 0.1 }, people: { weight: 0.1 } },
  });
  return { ask: asker([READER], { access, knowledge }), close: () => store.close() };
}

export function openId(at: number): string {
  return `wiki:open/guide${at}`;
}

/** Every other one in a source of its own. */
export function hiddenId(at: number): string {
  return `${sourceOf(at)}/plan${at}`;
}

function sourceOf(at: number): SourceId {
  return at % 2 === 0 ? 'wiki:open' : 'wiki:secret';
}

function openDocument(_: unknown, at: number): DocumentWrite {
  const write = documentWrite(openId(at), OPEN, {
    title: `Guide ${at} to the printers`,
    parts: [
      `printers guide number ${at}: toner paper and cables${at === 5 ? ' printlet cablet' : ''}`,
      `more about printers of floor ${at % 7}`,
    ],
    labels: [`floor${at % 7}`, 'printers'],
    authors: [`Robin ${at % 5}`],
    breadcrumbs: ['Office'],
  });
  return { ...write, similarity: similarityOf(at) };
}

function hiddenDocument(at: number, word: string): DocumentWrite {
  const write = documentWrite(hiddenId(at), CLOSED[at % CLOSED.length] as Acl, {
    title: `Merger plan ${at} of the printers`,
    parts: [
      // So many that they would take the places of readable ones, where words begin alike or are spelt alike.
      `${crowd(at)} merger${at} secret printers plan with toner and ${word}`,
      `more about the merger of floor ${at % 7}`,
    ],
    labels: [`floorz${at % 9}`, 'printers', 'mergers'],
    authors: [`Robina ${at % 3}`],
    breadcrumbs: ['Board'],
    ...(at % 3 === 0 && { kind: 'pages', language: 'fr' }),
  });
  // The copy of an open document: duplicates are named beside each other.
  return { ...write, similarity: similarityOf(at % 4 === 0 ? at : 100_000 + at) };
}

/** Words that begin as rare ones of open documents and are spelt alike, more and more frequent than those are looked for. */
function crowd(at: number): string {
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const beginning = letters.map((letter, index) => `print${letter}${letters[(index * 3 + (at % 8)) % 26]}q`);
  return [...beginning, ...letters.map((letter) => `cab${letter}lt`)].join(' ');
}

function similarityOf(at: number): string {
  return (((at + 1) * 2_654_435_761) >>> 0).toString(16).padStart(8, '0').repeat(2);
}

const tool = (name: string, args: object) => ({ method: 'tools/call', params: { name, arguments: args } });
const search = (args: object) => tool('search_knowledge', { query: 'printers', limit: 25, ...args });
const ref = { type: 'ref/resource', uri: 'fumi://doc/{id}' };
const complete = (value: string) => ({
  method: 'completion/complete',
  params: { ref, argument: { name: 'id', value } },
});

const completeTopic = (value: string) => ({
  method: 'completion/complete',
  params: { ref: { type: 'ref/prompt', name: 'research_topic' }, argument: { name: 'topic', value } },
});

/**
 * Questions whose answer could depend on what is hidden, by what it could show. What follows how frequent words are in the
 * whole collection is not asked: the terms that make two documents alike.
 */
export const PROBES: readonly Question[] = [
  { surface: 'totals', ...search({}) },
  { surface: 'totals', ...search({ format: 'detailed' }) },
  { surface: 'totals', ...search({ query: 'merger layoffs secret' }) },
  { surface: 'totals', ...search({ query: 'merger2' }) },
  { surface: 'totals', ...search({ query: '"secret printers plan"' }) },
  { surface: 'cursors', ...search({ limit: 5 }) },
  { surface: 'cursors', ...search({ query: 'merger plan', limit: 1 }) },
  { surface: 'facets', ...search({ labels: ['printers'] }) },
  { surface: 'facets', ...search({ labels: ['mergers'] }) },
  { surface: 'facets', ...search({ kinds: ['pages'] }) },
  { surface: 'facets', ...search({ languages: ['fr'] }) },
  { surface: 'facets', ...search({ sources: ['wiki:secret'] }) },
  { surface: 'did you mean', ...search({ labels: ['floorz'] }) },
  { surface: 'did you mean', ...search({ author: ['Robin'] }) },
  { surface: 'did you mean', ...search({ author: ['Robina'] }) },
  { surface: 'did you mean', ...search({ sources: ['wiki:secre'] }) },
  { surface: 'did you mean', ...search({ query: 'mergerr' }) },
  { surface: 'error texts', ...tool('get_document', { id: hiddenId(0) }) },
  { surface: 'error texts', ...tool('get_document', { id: hiddenId(1), section: 'Report' }) },
  { surface: 'error texts', ...tool('get_document', { id: hiddenId(2), cursor: 'AAAA' }) },
  { surface: 'error texts', ...tool('fetch', { id: hiddenId(3) }), tools: 'openai' },
  {
    surface: 'error texts',
    method: 'resources/read',
    params: { uri: `fumi://doc/${encodeURIComponent(hiddenId(4))}` },
  },
  { surface: 'error texts', method: 'resources/read', params: { uri: 'fumi://source/wiki%3Asecret' } },
  { surface: 'resource lists', method: 'resources/list', params: {} },
  { surface: 'resource lists', method: 'resources/templates/list', params: {} },
  { surface: 'resource lists', method: 'resources/read', params: { uri: 'fumi://source/wiki%3Aopen' } },
  { surface: 'suggestions', ...complete('wiki:open/plan') },
  { surface: 'suggestions', ...complete('wiki:secret/') },
  { surface: 'suggestions', ...complete('wiki:open/guide1') },
  { surface: 'facets', ...search({ query: 'printers', facets: true }) },
  { surface: 'query language', ...search({ query: 'printers -merger' }) },
  { surface: 'query language', ...search({ query: 'printers -label:mergers' }) },
  { surface: 'query language', ...search({ query: 'kind:page title:plan' }) },
  { surface: 'similar', ...search({ query: '', similarTo: hiddenId(1) }) },
  { surface: 'suggestions', ...completeTopic('print') },
  { surface: 'suggestions', ...completeTopic('printl') },
  { surface: 'corrections', ...search({ query: 'printers cabelt' }) },
  { surface: 'corrections', ...search({ query: 'printlte' }) },
  { surface: 'corrections', ...search({ query: 'printres' }) },
  { surface: 'corrections', ...search({ query: 'layofs' }) },
  { surface: 'synonyms', ...search({ query: 'copiers' }) },
  { surface: 'synonyms', ...search({ query: 'fusion' }) },
  { surface: 'synonyms', ...search({ query: 'printers board', facets: true }) },
  { surface: 'suggestions', ...completeTopic('prin') },
  { surface: 'suggestions', ...completeTopic('merg') },
  ...[
    'When is the merger and who is laid off?',
    'What does the guide to the printers say of toner and cables?',
    'Where is more about printers of floor 3?',
    'Which paper and toner does guide number 5 name, and what is the printlet?',
    'secret printers plan of the merger',
    'What is zygomorphic about the printers?',
    '3階のプリンターのトナーは何ですか',
  ].map((question) => ({ surface: 'answers', ...tool('ask_question', { question }) })),
  { surface: 'summaries', ...tool('create_summary', { documentIds: [openId(0), hiddenId(0)] }) },
  { surface: 'summaries', ...tool('create_summary', { query: 'printers merger' }) },
  { surface: 'openai', ...tool('search', { query: 'printers merger' }), tools: 'openai' },
  { surface: 'documents', ...tool('get_document', { id: openId(0) }) },
];

/** Questions with a word that hidden documents alone have: what is answered must not depend on it, to the last digit. */
export const WORD_PROBES: readonly Question[] = [
  {
    surface: 'ask',
    ...tool('ask_question', { question: 'Where are the layoffs of the printers on floor 3?' }),
  },
  { surface: 'ask', ...tool('ask_question', { question: 'What does the guide number 3 say of layoffs?' }) },
  { surface: 'ask', ...tool('ask_question', { question: 'layoffs' }) },
  { surface: 'summary', ...tool('create_summary', { query: 'layoffs of the printers', length: 200 }) },
  { surface: 'search', ...search({ query: 'layoffs printers floor' }) },
  { surface: 'search', ...search({ query: 'layoffs', facets: true }) },
  { surface: 'similar', ...search({ query: 'layoffs', similarTo: openId(3), facets: true }) },
  { surface: 'suggestions', ...completeTopic('printers layo') },
  { surface: 'corrections', ...search({ query: 'printers layofs' }) },
];
