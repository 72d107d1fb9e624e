import type { ToolSet } from '@fumikura/mcp';
import type { World } from './world.ts';
import { SOURCES, wordOf } from './world.ts';

export interface Question {
  readonly surface: string;
  readonly method: string;
  readonly params: object;
  readonly tools?: ToolSet;
  /** A document that the answer has to tell of when the person may read it. */
  readonly about?: number;
}

type Make = (world: World) => Question;

const tool = (name: string, args: object) => ({ method: 'tools/call', params: { name, arguments: args } });

/** Every door to documents over the protocol. Questions use one name of a document, answers that leak show the others. */
const QUESTIONS: readonly Make[] = [
  ({ random }) => ({
    surface: 'search',
    ...tool('search_knowledge', {
      query: random() < 0.5 ? 'common words' : 'more report inside',
      limit: 1 + Math.floor(random() * 25),
      format: random() < 0.5 ? 'detailed' : 'concise',
    }),
  }),
  (world) => {
    const about = world.pickDocument();
    return {
      surface: 'search',
      about,
      ...tool('search_knowledge', { query: `probe${about}z`, format: 'detailed' }),
    };
  },
  (world) => {
    const at = world.pickDocument();
    const filters = [
      { labels: [`label${at}z`] },
      { labels: ['label'] },
      { author: [`author${at}z`] },
      { author: ['author1'] },
      { sources: [SOURCES[at % 3]] },
      { sources: ['wiki:d'] },
      { kinds: ['page'] },
      { kinds: ['pages'] },
    ];
    const filter = filters[Math.floor(world.random() * filters.length)];
    return { surface: 'filters', ...tool('search_knowledge', { query: 'common', ...filter }) };
  },
  (world) => {
    const about = world.pickDocument();
    const id = world.documents[about]?.id;
    // Headings come with the refusal of a section that is not there.
    if (world.random() < 0.3) return { surface: 'get', ...tool('get_document', { id, section: 'Report' }) };
    return { surface: 'get', about, ...tool('get_document', { id }) };
  },
  (world) => {
    const about = world.pickDocument();
    const uri = `fumi://doc/${encodeURIComponent(world.documents[about]?.id ?? '')}`;
    return { surface: 'resource', about, method: 'resources/read', params: { uri } };
  },
  (world) => {
    const source = SOURCES[Math.floor(world.random() * 3)] ?? '';
    const value = [`${source}/doc`, `${source}/`, source, 'wiki', 'common'][Math.floor(world.random() * 5)];
    const ref = { type: 'ref/resource', uri: 'fumi://doc/{id}' };
    return {
      surface: 'completion',
      method: 'completion/complete',
      params: { ref, argument: { name: 'id', value } },
    };
  },
  (world) => {
    const typed = [
      're',
      'common re',
      'zyx',
      wordOf(world.pickDocument()).slice(0, 5),
      'secret1',
      'probe',
      'zyxa',
    ];
    const value = typed[Math.floor(world.random() * typed.length)];
    const ref = { type: 'ref/prompt', name: 'research_topic' };
    return {
      surface: 'suggestions',
      method: 'completion/complete',
      params: { ref, argument: { name: 'topic', value } },
    };
  },
  (world) => {
    // One letter off: whoever may not read the word must not be told it.
    const word = wordOf(world.pickDocument());
    const query = `${word.slice(0, 5)}${word[6] ?? ''}${word[5] ?? ''}${word.slice(7)}`;
    return { surface: 'corrections', ...tool('search_knowledge', { query: `common ${query}`, limit: 3 }) };
  },
  (world) => {
    const about = world.pickDocument();
    const query = [
      'kind:page',
      '-common',
      '"common words and"',
      'title:report -probe',
      `"probe${about}z with"`,
      `common -label:label${about}z`,
      `common -space:secret${about}z`,
      'kind:page source:wiki',
    ][Math.floor(world.random() * 8)];
    return {
      surface: 'query language',
      ...tool('search_knowledge', { query, facets: world.random() < 0.5 }),
    };
  },
  (world) => {
    const similarTo = world.documents[world.pickDocument()]?.id;
    return { surface: 'similar', ...tool('search_knowledge', { query: '', similarTo, facets: true }) };
  },
  (world) => {
    const about = world.pickDocument();
    const question =
      world.random() < 0.5 ? `What does probe${about}z report inside?` : 'What is the common report about?';
    return { surface: 'ask', ...tool('ask_question', { question }) };
  },
  (world) => {
    const ids = [world.pickDocument(), world.pickDocument(), world.pickDocument()].map(
      (at) => world.documents[at]?.id ?? '',
    );
    const what = world.random() < 0.5 ? { documentIds: ids } : { query: 'common words inside' };
    return { surface: 'summary', ...tool('create_summary', { ...what, length: 200 }) };
  },
  () => ({ surface: 'sources', method: 'resources/list', params: {} }),
  (world) => {
    const about = world.pickDocument();
    return {
      surface: 'search (openai)',
      about,
      tools: 'openai',
      ...tool('search', { query: `probe${about}z` }),
    };
  },
  (world) => {
    const about = world.pickDocument();
    return {
      surface: 'fetch (openai)',
      about,
      tools: 'openai',
      ...tool('fetch', { id: world.documents[about]?.id }),
    };
  },
];

export function anyQuestion(world: World): Question {
  const make = QUESTIONS[Math.floor(world.random() * QUESTIONS.length)] as Make;
  return make(world);
}
