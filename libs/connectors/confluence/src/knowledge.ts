import { inLanes } from '@fumikura/concurrency';
import { AppError } from '@fumikura/errors';
import type { Principal } from '@fumikura/model';
import type { ConfluenceApi, Facts, Item, Parent, Restriction } from './items.ts';
import type { ClosedCounter } from './run.ts';

/** Something that others lie in. */
export interface Node {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly space: string | undefined;
  readonly parent: Parent | undefined;
  readonly isCurrent: boolean;
  readonly isArchived: boolean;
}

interface Known<T> {
  readonly value: T;
  /** Milliseconds of our clock. */
  readonly at: number;
}

/** What a pass has learnt of pages, what they lie in, and their restrictions. Each is asked for once in a while. */
export interface Knowledge {
  remember(item: Item): void;
  /** Everything above these, level by level, a hundred pages to a request. */
  learnLines(starts: readonly Parent[], signal: AbortSignal): Promise<void>;
  /** Nearest first, and what is above the last that could be learnt: nothing, if the line is whole. */
  lineOf(start: Parent): { readonly line: readonly Node[]; readonly above: Parent | undefined };
  /** Restrictions and labels, in bulk where the source tells them so, singly where it does not. */
  learnFacts(ids: readonly string[], signal: AbortSignal): Promise<void>;
  /** Members undefined: it has none. Nobody for what was not learnt. */
  restrictionOf(id: string): { readonly members: readonly Principal[] | undefined; readonly at: number };
  labelsOf(id: string): readonly string[];
}

export interface KnowledgeParts {
  readonly api: ConfluenceApi;
  readonly closed: ClosedCounter;
  readonly now: () => number;
  /** Whether restrictions that come along with others are taken. */
  readonly isBulk: boolean;
}

/** In a pass of hours, readers are asked for again: what was learnt is not believed for longer. */
export const FRESH_MS = 600_000;
const IDS_AT_ONCE = 100;
const SINGLES_AT_ONCE = 16;
/** Looked at by themselves, at most one for each hundred. */
const CHECKED_A_PASS = 10;
/** A line that is longer is a circle. */
const MAX_DEPTH = 200;

export function createKnowledge({ api, closed, now, isBulk }: KnowledgeParts): Knowledge {
  const nodes = new Map<string, Known<Node>>();
  const facts = new Map<string, Known<Facts>>();
  const missing = new Set<string>();
  let checked = 0;

  const takeBulk = (id: string, { labels, restriction }: Facts) => {
    const value = isBulk && restriction ? { labels, restriction } : { labels };
    facts.set(id, { value, at: now() });
  };

  const fresh = <T>(known: Known<T> | undefined): T | undefined =>
    known && now() - known.at <= FRESH_MS ? known.value : undefined;

  const remember = (item: Item) => {
    const { id, kind, title, space, parent, isCurrent, isArchived } = item;
    nodes.set(id, { value: { id, kind, title, space, parent, isCurrent, isArchived }, at: now() });
    if (item.facts) takeBulk(id, item.facts);
  };

  const learnNodes = async (parents: readonly Parent[], signal: AbortSignal) => {
    for (const kind of ['page', 'blogpost'] as const) {
      const ids = parents.filter((each) => each.kind === kind).map(({ id }) => id);
      for (const part of chunks(ids, IDS_AT_ONCE))
        for (const item of await api.contents(kind, part, false, signal)) remember(item);
    }
    const others = parents.filter(({ kind }) => kind !== 'page' && kind !== 'blogpost');
    const told = await inLanes(SINGLES_AT_ONCE, others, ({ kind, id }) => api.single(kind, id, signal));
    for (const item of told) if (item) remember(item);
    for (const { id } of parents) if (fresh(nodes.get(id)) === undefined) missing.add(id);
  };

  const lineOf = (start: Parent, isAnyAge = true): ReturnType<Knowledge['lineOf']> => {
    const look = (id: string) => (isAnyAge ? nodes.get(id)?.value : fresh(nodes.get(id)));
    const line: Node[] = [];
    let at: Parent | undefined = start;
    while (at !== undefined && line.length < MAX_DEPTH) {
      const node: Node | undefined = missing.has(at.id) ? undefined : look(at.id);
      if (!node) break;
      line.push(node);
      at = node.parent;
    }
    return { line, above: at };
  };

  const learnLines = async (starts: readonly Parent[], signal: AbortSignal) => {
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const unknown = new Map<string, Parent>();
      for (const start of starts) {
        const { above, line } = lineOf(start, false);
        if (above && !missing.has(above.id) && line.length < MAX_DEPTH) unknown.set(above.id, above);
      }
      if (unknown.size === 0) return;
      await learnNodes([...unknown.values()], signal);
    }
  };

  const single = async (id: string, signal: AbortSignal) => {
    const told: Restriction | undefined = await api.restriction(id, signal);
    // Asked for and not told: nobody, until it is asked for again.
    if (!told) closed.add('restriction not readable');
    const labels = facts.get(id)?.value.labels ?? [];
    facts.set(id, { value: { labels, restriction: told ?? { members: [] } }, at: now() });
  };

  /** That something is told to be open to all of the space is believed, and looked at by itself now and then. */
  const check = async (ids: readonly string[], signal: AbortSignal) => {
    if (!isBulk || checked >= CHECKED_A_PASS) return;
    const open = ids.filter((id) => {
      const restriction = fresh(facts.get(id))?.restriction;
      return restriction !== undefined && restriction.members === undefined;
    });
    const id = open[Math.floor(Math.random() * open.length)];
    if (id === undefined) return;
    checked++;
    const alone = await api.restriction(id, signal);
    if (!alone?.members) return;
    // It may have been restricted just now: then the next answer in bulk says so, too.
    for await (const found of api.facts([id], signal)) {
      const again = found.get(id)?.restriction;
      if (again && !again.members) throw distrusted(id);
    }
    facts.set(id, { value: { labels: facts.get(id)?.value.labels ?? [], restriction: alone }, at: now() });
  };

  const learnFacts = async (ids: readonly string[], signal: AbortSignal) => {
    const unknown = ids.filter((id) => fresh(facts.get(id)) === undefined);
    for (const part of chunks(unknown, IDS_AT_ONCE))
      for await (const found of api.facts(part, signal)) for (const [id, value] of found) takeBulk(id, value);
    const open = ids.filter((id) => fresh(facts.get(id))?.restriction === undefined);
    await inLanes(SINGLES_AT_ONCE, open, (id) => single(id, signal));
    await check(ids, signal);
  };

  return {
    remember,
    learnLines,
    lineOf: (start) => lineOf(start),
    learnFacts,
    restrictionOf: (id) => {
      const known = facts.get(id);
      const { members } = known?.value.restriction ?? { members: [] };
      return { members, at: known?.at ?? now() };
    },
    labelsOf: (id) => facts.get(id)?.value.labels ?? [],
  };
}

function distrusted(id: string): AppError {
  return new AppError('CONFIG_INVALID', 'config', `${id} is restricted, and told in bulk to be open`, {
    publicMessage:
      'Confluence tells other restrictions for many contents than for one: nothing more is read. Set "restrictions: single" for this source and run fumi sync --permissions.',
  });
}

function chunks<T>(all: readonly T[], size: number): (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
