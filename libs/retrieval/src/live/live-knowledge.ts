import type { AppError } from '@fumikura/errors';
import type { Coverage, DocumentHead, SourceId } from '@fumikura/model';
import { readGrant } from '@fumikura/ports';
import type { AccessFilter, Catalog, IndexFilter } from '@fumikura/ports';
import { analyseQuery } from '@fumikura/text';
import { resolveFilter } from '../filter.ts';
import type { Knowledge, KnowledgeQuery, SearchPage } from '../types.ts';
import { createAsk } from './ask.ts';
import type { AskSources } from './ask.ts';
import { mergeByRank } from './merge.ts';
import { placeOf } from './place.ts';
import { LIVE_SETTINGS } from './types.ts';
import type { LiveItem, LiveOutcome, LiveSettings, LiveSource, ReadItem } from './types.ts';
import { liveWords } from './words.ts';

export interface LiveOptions {
  readonly catalog: Catalog;
  /** Those that can be asked themselves. */
  readonly sources: readonly LiveSource[];
  readonly read: ReadItem;
  /** Whether the roles of who asks include the source. */
  readonly maySee: (access: AccessFilter, source: SourceId) => boolean;
  readonly settings?: Partial<LiveSettings>;
  readonly onTrouble?: (source: SourceId, error: AppError) => void;
  readonly now?: () => number;
}

const USUAL_LIMIT = 10;

/**
 * The same knowledge, which asks the sources themselves beside the index where a query says `live`. What they find is shown to whom the
 * index, or the item's own readers as just read, open it; further pages come from the index alone.
 */
export function withLiveSources(knowledge: Knowledge, options: LiveOptions): Knowledge {
  const { catalog, onTrouble = () => undefined, now = Date.now } = options;
  const settings = { ...LIVE_SETTINGS, ...options.settings };
  const ask = createAsk({ catalog, read: options.read, settings, now, onTrouble });
  return {
    ...knowledge,
    search: async (query, access, signal, onWithheld) => {
      if (query.live !== true || query.cursor !== undefined)
        return knowledge.search(query, access, signal, onWithheld);
      const [page, found] = await Promise.all([
        knowledge.search(query, access, signal, onWithheld),
        find(query, access, options, ask, knowledge),
      ]);
      const withheld = found.outcomes.flatMap((each) => each.withheld);
      if (withheld.length > 0) onWithheld?.(withheld);
      return merged(page, found, query, access, catalog);
    },
  };
}

interface Found {
  readonly outcomes: readonly LiveOutcome[];
  readonly filter: IndexFilter | undefined;
}

async function find(
  query: KnowledgeQuery,
  access: AccessFilter,
  { catalog, sources, maySee }: LiveOptions,
  ask: AskSources,
  knowledge: Knowledge,
): Promise<Found> {
  const [filter, visible] = await Promise.all([
    resolveFilter(query.filter, catalog, access),
    knowledge.sources(access),
  ]);
  const asked = sources.filter(
    ({ id }) =>
      maySee(access, id) &&
      (filter?.sources?.includes(id) ?? true) &&
      (visible.some((source) => source.id === id) || hasAccount(access, id)),
  );
  const words = liveWords(query.query, analyseQuery(query.query));
  return { filter, outcomes: words.length > 0 ? await ask(asked, words, access) : [] };
}

/** Who has neither an account of a source nor a document of it hears nothing of it. */
function hasAccount(access: AccessFilter, source: SourceId): boolean {
  const kinds = ['user', 'group', 'authenticated'].map((kind) => `${kind}:${source}`);
  const principals = readGrant(access)?.principals ?? [];
  return principals.some((each) => kinds.some((kind) => each === kind || each.startsWith(`${kind}:`)));
}

async function merged(
  page: SearchPage,
  { outcomes, filter }: Found,
  { query, limit = USUAL_LIMIT, explain = false }: KnowledgeQuery,
  access: AccessFilter,
  catalog: Catalog,
): Promise<SearchPage> {
  const started = performance.now();
  const terms = analyseQuery(query);
  const lists = await Promise.all(
    outcomes.map(async ({ items }) => {
      const fitting = items.filter((item) => fits(headOf(item), filter));
      const places = await Promise.all(fitting.map((item) => placeOf(item, terms, catalog, access, explain)));
      return places.flatMap((place) => place ?? []);
    }),
  );
  return {
    ...page,
    hits: mergeByRank(page.hits, lists, limit),
    coverage: coverageWith(page.coverage, outcomes),
    tookMs: Math.round((page.tookMs + performance.now() - started) * 10) / 10,
  };
}

function headOf(item: LiveItem): DocumentHead & { readonly language: string } {
  return 'write' in item ? item.write.document : item.record;
}

/** The conditions of the index, on an item as it was read; values as `resolveFilter` gives them. */
function fits(head: ReturnType<typeof headOf>, filter: IndexFilter = {}): boolean {
  const { kinds, languages, authors, labels, updatedFrom, updatedBefore } = filter;
  const has = (wanted: readonly string[] | undefined, own: readonly string[] = []) =>
    wanted === undefined || own.some((value) => wanted.includes(value));
  const at = Date.parse(head.updatedAt ?? '');
  return (
    has(kinds, [head.kind]) &&
    has(languages, [head.language]) &&
    has(authors, head.authors) &&
    has(labels, head.labels) &&
    (updatedFrom === undefined || at >= Date.parse(updatedFrom)) &&
    (updatedBefore === undefined || at < Date.parse(updatedBefore))
  );
}

/** What went wrong live is said; a source that answered keeps what is to be said of its index. */
function coverageWith({ complete, sources }: Coverage, outcomes: readonly LiveOutcome[]): Coverage {
  const asked = new Map(outcomes.map((outcome) => [outcome.source, outcome]));
  const told = sources.map((source) => {
    const outcome = asked.get(source.source);
    if (outcome?.reason === undefined) return source;
    return { ...source, state: outcome.state, reason: outcome.reason };
  });
  const others = outcomes
    .filter(({ source }) => sources.every((each) => each.source !== source))
    .map(({ source, state, reason }) => ({ source, state, ...(reason !== undefined && { reason }) }));
  const isComplete = complete && outcomes.every(({ reason }) => reason === undefined);
  return { complete: isComplete, sources: [...told, ...others] };
}
