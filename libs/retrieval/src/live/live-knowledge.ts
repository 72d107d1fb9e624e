import type { OwnRightsOf } from '@fumikura/access';
import type { AppError } from '@fumikura/errors';
import type { Coverage, DocumentHead, SourceId } from '@fumikura/model';
import { readGrant } from '@fumikura/ports';
import type { AccessFilter, Catalog, ExcludedValues, IndexFilter } from '@fumikura/ports';
import { textTest } from '@fumikura/text';
import { NOTHING_SEARCHED } from '../outage.ts';
import { readQuery } from '../query/read-query.ts';
import type { ReadQuery } from '../query/read-query.ts';
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
  /** Sources that are asked as the caller themselves, where that can be; default none. */
  readonly ownRights?: OwnRightsOf;
  readonly settings?: Partial<LiveSettings>;
  readonly onTrouble?: (source: SourceId, error: AppError) => void;
  readonly now?: () => number;
}

const USUAL_LIMIT = 10;
const ONLY_LIVE =
  'The search index did not answer, so the sources themselves were asked, by words alone: coverage names those that were. Not finding something means little here. Try again later.';

/**
 * The same knowledge, which asks the sources themselves beside the index where a query says `live`, and in its place while
 * it is away. What they find is shown to whom the index, or the item's own readers as just read, open it; further pages come
 * from the index alone.
 */
export function withLiveSources(knowledge: Knowledge, options: LiveOptions): Knowledge {
  const { catalog, onTrouble = () => undefined, now = Date.now } = options;
  const settings = { ...LIVE_SETTINGS, ...options.settings };
  const { read, ownRights } = options;
  const ask = createAsk({ catalog, read, settings, now, onTrouble, ...(ownRights && { ownRights }) });
  return {
    ...knowledge,
    search: async (query, access, signal, onWithheld) => {
      const started = performance.now();
      const searched = knowledge.search(query, access, signal, onWithheld);
      const live = () => find(query, access, options, ask, knowledge);
      if (query.cursor !== undefined) return searched;
      const asked = query.live === true ? live() : searched.then(({ outage }) => outage && live());
      const [page, found] = await Promise.all([searched, asked]);
      if (!found) return page;
      const withheld = found.outcomes.flatMap((each) => each.withheld);
      if (withheld.length > 0) onWithheld?.(withheld.map((id) => ({ id, reason: 'lists-changed' })));
      const whole = await merged(page, found, query, access, catalog);
      // Waiting for the sources is part of it.
      return { ...whole, tookMs: Math.round((performance.now() - started) * 10) / 10 };
    },
  };
}

interface Found {
  readonly outcomes: readonly LiveOutcome[];
  readonly read: ReadQuery;
}

async function find(
  query: KnowledgeQuery,
  access: AccessFilter,
  { catalog, sources, maySee }: LiveOptions,
  ask: AskSources,
  knowledge: Knowledge,
): Promise<Found> {
  const { filter: beside, within } = query;
  const context = { catalog, access, ...(within && { within }) };
  const [read, visible] = await Promise.all([
    readQuery(query.query, beside, context, { mayBeEmpty: true }),
    knowledge.sources(access),
  ]);
  const { filter, text, terms } = read;
  const asked = sources.filter(
    ({ id }) =>
      maySee(access, id) &&
      (filter?.sources?.includes(id) ?? true) &&
      !filter?.excluded?.sources?.includes(id) &&
      (visible.some((source) => source.id === id) || hasAccount(access, id)),
  );
  const words = liveWords(text, terms);
  return { read, outcomes: words.length > 0 ? await ask(asked, words, access) : [] };
}

/** Who has neither an account of a source nor a document of it hears nothing of it. */
function hasAccount(access: AccessFilter, source: SourceId): boolean {
  const kinds = ['user', 'group', 'authenticated'].map((kind) => `${kind}:${source}`);
  const principals = readGrant(access)?.principals ?? [];
  return principals.some((each) => kinds.some((kind) => each === kind || each.startsWith(`${kind}:`)));
}

async function merged(
  page: SearchPage,
  { outcomes, read: { filter, terms, conditions = {} } }: Found,
  { limit = USUAL_LIMIT, explain = false }: KnowledgeQuery,
  access: AccessFilter,
  catalog: Catalog,
): Promise<SearchPage> {
  const wanted = { terms, explain, accepts: textTest(conditions) };
  const lists = await Promise.all(
    outcomes.map(async ({ items }) => {
      const fitting = items.filter((item) => fits(headOf(item), filter));
      const places = await Promise.all(fitting.map((item) => placeOf(item, wanted, catalog, access)));
      return places.flatMap((place) => place ?? []);
    }),
  );
  return {
    ...page,
    hits: mergeByRank(page.hits, lists, limit),
    coverage: coverageWith(page, outcomes),
    notices: outcomes.some(({ reason }) => reason === undefined)
      ? page.notices.map((notice) => (notice === NOTHING_SEARCHED ? ONLY_LIVE : notice))
      : page.notices,
  };
}

function headOf(item: LiveItem): DocumentHead & { readonly language: string } {
  return 'write' in item ? item.write.document : item.record;
}

/** The conditions of the index, on an item as it was read; values as `resolveFilter` gives them. */
function fits(head: ReturnType<typeof headOf>, filter: IndexFilter = {}): boolean {
  const { updatedFrom, updatedBefore, excluded = {}, ...wanted } = filter;
  const own: Record<keyof ExcludedValues, readonly string[]> = {
    sources: [head.source],
    spaces: head.breadcrumbs?.slice(0, 1) ?? [],
    kinds: [head.kind],
    languages: [head.language],
    authors: head.authors ?? [],
    labels: head.labels ?? [],
  };
  const has = (field: keyof ExcludedValues, values: readonly string[]) =>
    own[field].some((value) => values.includes(value));
  const fields = Object.keys(own) as (keyof ExcludedValues)[];
  const at = Date.parse(head.updatedAt ?? '');
  return (
    fields.every((field) => wanted[field] === undefined || has(field, wanted[field])) &&
    fields.every((field) => excluded[field] === undefined || !has(field, excluded[field])) &&
    (updatedFrom === undefined || at >= Date.parse(updatedFrom)) &&
    (updatedBefore === undefined || at < Date.parse(updatedBefore))
  );
}

/** What went wrong live is said; a source that answered keeps what is to be said of its index. */
function coverageWith(
  { coverage: { complete, sources }, outage }: SearchPage,
  live: readonly LiveOutcome[],
): Coverage {
  const outcomes = outage
    ? live.map((each) => ({ ...each, reason: each.reason ?? `only itself was asked: ${outage.reason}` }))
    : live;
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
