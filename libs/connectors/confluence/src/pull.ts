import type { SyncBatch } from '@fumikura/ports';
import { createReading } from './bodies.ts';
import type { Item, Listing } from './items.ts';
import { utc } from './mapping.ts';
import type { Run } from './run.ts';
import { learnt, tell, tellLearnt } from './tell.ts';
import { steadyWalk } from './walk.ts';

/**
 * The newest change seen, and what was told of the time just before it, as `id:version`: the next run looks at that time
 * again, and tells it again only where it changed.
 */
type Mark = { readonly newest: string; readonly told: readonly string[] };
type Marks = { readonly [listing: string]: Mark };

/** How far each listing was told, when everything was last looked at, and where a look at everything stopped. */
export type ConfluenceCheckpoint = {
  readonly marks: Marks;
  /** ISO 8601 UTC of our clock; empty before the first time. */
  readonly wholeAt: string;
  /** Pages and posts that were there then. */
  readonly pages: number;
  readonly at?: {
    readonly listing: string;
    readonly from: string | null;
    readonly hasBodies: boolean;
    readonly marks: Marks;
    readonly startedAt: string;
    readonly pages: number;
  };
};

/** The listings of Cloud are behind by seconds; the search index of Data Center by minutes, or an hour when it is ill. */
const MARGIN_MS = { cloud: 120_000, 'data-center': 3_600_000 } as const;
const HOUR_MS = 3_600_000;
const CHANGES_A_BATCH = 100;
/** A look at everything costs about fifteen requests up to here: it is part of each run. */
const SMALL_SITE_PAGES = 250;

type Batch = SyncBatch<ConfluenceCheckpoint>;

export async function* pull(run: Run, from: ConfluenceCheckpoint | undefined): AsyncGenerator<Batch> {
  const isDue = ({ wholeAt, pages }: ConfluenceCheckpoint) =>
    pages <= SMALL_SITE_PAGES ||
    run.now() - (Date.parse(wholeAt) || 0) >= run.config.wholeEveryHours * HOUR_MS;
  if (!from || from.at || isDue(from)) yield* whole(run, from);
  else yield* recent(run, from);
  run.closed.tell(run.logger);
}

/**
 * Everything in the order of ids, with bodies the first time; later without, and the engine asks for those it does not
 * have. Every batch is complete in itself.
 */
async function* whole(run: Run, from: ConfluenceCheckpoint | undefined): AsyncGenerator<Batch> {
  const { api } = run;
  const reading = createReading(run);
  const at = from?.at ?? {
    listing: api.listings[0] ?? 'page',
    from: null,
    hasBodies: from === undefined,
    // Taken before anything is read: what changes meanwhile is told again.
    marks: await newestOf(run),
    startedAt: new Date(run.now()).toISOString(),
    pages: 0,
  };
  let { pages, marks } = at;
  const first = Math.max(
    0,
    api.listings.findIndex((listing) => listing === at.listing),
  );
  const listings = api.listings.slice(first);
  for (const [index, listing] of listings.entries()) {
    const start = index === 0 && listing === at.listing ? at.from : null;
    const walk = { hasBodies: at.hasBodies, order: 'id' as const };
    for await (const { items, next } of learnt(run, steadyWalk(run, listing, walk, start))) {
      if (listing === 'page' || listing === 'blogpost') pages += items.length;
      marks = { ...marks, [listing]: kept(marks[listing] ?? NO_MARK, items, run.config.deployment) };
      const following = next === undefined ? listings[index + 1] : listing;
      const checkpoint: ConfluenceCheckpoint =
        following === undefined
          ? { marks, wholeAt: at.startedAt, pages }
          : {
              marks: from?.marks ?? {},
              wholeAt: from?.wholeAt ?? '',
              pages: from?.pages ?? 0,
              at: { ...at, pages, marks, listing: following, from: next ?? null },
            };
      yield { changes: await tellLearnt(run, items, reading), checkpoint };
    }
  }
}

/** When each listing changed last; one request each. */
async function newestOf({ api, signal }: Run): Promise<Marks> {
  const marks: Record<string, Mark> = {};
  for (const listing of api.listings) {
    marks[listing] = NO_MARK;
    for await (const { items } of api.walk(
      listing,
      { hasBodies: false, order: 'newest', limit: 1 },
      signal,
    )) {
      const newest = utc(items[0]?.changedAt);
      if (newest === undefined) continue;
      marks[listing] = { newest, told: [] };
      break;
    }
  }
  return marks;
}

const NO_MARK: Mark = { newest: '', told: [] };
/** More are told again instead of being kept in mind. */
const MAX_TOLD = 1_000;

/** What changed since the marks, oldest first. Usually one request a listing. */
async function* recent(run: Run, from: ConfluenceCheckpoint): AsyncGenerator<Batch> {
  const reading = createReading(run);
  let reached = from;
  for (const listing of run.api.listings) {
    const changed = await changedSince(run, listing, from.marks[listing] ?? NO_MARK);
    for (let at = 0; at < changed.length; at += CHANGES_A_BATCH) {
      const part = changed.slice(at, at + CHANGES_A_BATCH);
      const mark = moved(reached.marks[listing] ?? NO_MARK, part, run.config.deployment);
      reached = { ...reached, marks: { ...reached.marks, [listing]: mark } };
      yield { changes: await tell(run, part, reading), checkpoint: reached };
    }
  }
}

/** Heads only, without bodies. */
async function changedSince(
  { api, config, signal }: Run,
  listing: Listing,
  mark: Mark,
): Promise<readonly Item[]> {
  const since = marginOf(mark.newest, config.deployment);
  const told = new Set(mark.told);
  const changed = new Map<string, Item>();
  for await (const { items } of api.walk(listing, { hasBodies: false, order: 'newest', since }, signal)) {
    const wanted = items.filter((item) => timeOf(item, since) >= since);
    for (const item of wanted) if (!told.has(stampOf(item))) changed.set(item.id, item);
    // Only a page that holds older ones too says that nothing newer follows.
    if (wanted.length < items.length) break;
  }
  return [...changed.values()].toSorted((a, b) => timeOf(a, '').localeCompare(timeOf(b, '')));
}

/** Items told by a look at everything: those of the time just before the mark need not be told again. */
function kept(mark: Mark, items: readonly Item[], deployment: keyof typeof MARGIN_MS): Mark {
  const since = marginOf(mark.newest, deployment);
  const late = items.filter((item) => timeOf(item, '') >= since).map(stampOf);
  const told = [...new Set([...mark.told, ...late])];
  return late.length === 0 || told.length > MAX_TOLD ? mark : { ...mark, told };
}

function moved(before: Mark, part: readonly Item[], deployment: keyof typeof MARGIN_MS): Mark {
  const last = part.at(-1);
  const newest = last && timeOf(last, '') > before.newest ? timeOf(last, '') : before.newest;
  const since = marginOf(newest, deployment);
  const fresh = part.filter((item) => timeOf(item, '') >= since).map(stampOf);
  const kept = newest === before.newest || marginOf(newest, deployment) <= before.newest ? before.told : [];
  const told = [...new Set([...kept, ...fresh])];
  return { newest, told: told.length > MAX_TOLD ? [] : told };
}

function marginOf(newest: string, deployment: keyof typeof MARGIN_MS): string {
  return newest === '' ? '' : new Date(Date.parse(newest) - MARGIN_MS[deployment]).toISOString();
}

/** An item without a time is taken for one that just changed. */
function timeOf({ changedAt }: Item, otherwise: string): string {
  return utc(changedAt) ?? otherwise;
}

function stampOf({ id, version }: Item): string {
  return `${id}:${version}`;
}
