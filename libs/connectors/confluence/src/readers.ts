import { documentId } from '@fumikura/model';
import type { Acl, AllowList, Principal, SourceId } from '@fumikura/model';
import type { ConfluenceConfig } from './config.ts';
import type { ConfluenceApi, Facts, Item, Parent, Space } from './items.ts';
import type { ClosedCounter } from './run.ts';

/** Where an item is, and who may read it there. */
export interface Placed {
  readonly acl: Acl;
  /** Those of the ACL that were not told in this pass yet. */
  readonly lists: readonly AllowList[];
  /** Space and everything above, outermost first. */
  readonly breadcrumbs: readonly string[];
  readonly labels: readonly string[];
  /** The page or post that it is or hangs on. */
  readonly page: Node;
}

export interface Node {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly space: string | undefined;
  readonly parent: Parent | undefined;
  readonly isCurrent: boolean;
  readonly isArchived: boolean;
}

/**
 * A right to the space, and a place in the restriction of the content and of each thing above it that has one: a list a
 * layer, never one for several. What is above is looked up once a pass, all at once or as it is needed.
 */
export interface Readers {
  /** All pages and posts with their restrictions: for passes over everything. */
  learnAll(signal: AbortSignal): Promise<void>;
  /** What is needed to place these, in as few requests as it takes. */
  learn(items: readonly Item[], signal: AbortSignal): Promise<void>;
  /** Undefined for what is not read: of other spaces, archived, on a page that is gone. After `learn`. */
  place(item: Item, signal: AbortSignal): Promise<Placed | undefined>;
  /** Pages and posts that `learnAll` found. */
  nodes(): IterableIterator<Node>;
}

export interface ReadersParts {
  readonly api: ConfluenceApi;
  readonly config: ConfluenceConfig;
  readonly closed: ClosedCounter;
  readonly now: () => number;
}

const IDS_AT_ONCE = 100;
const SINGLES_AT_ONCE = 8;
/** A line that is longer is a circle. */
const MAX_DEPTH = 200;
/** What may have a restriction of its own. */
const isRestrictable = (kind: string) => kind !== 'comment' && kind !== 'attachment';

export function spaceListId(source: SourceId, space: string): string {
  return documentId(source, `space/${space}/readers`);
}

export function contentListId(source: SourceId, content: string): string {
  return documentId(source, `content/${content}/readers`);
}

export function createReaders({ api, config, closed, now }: ReadersParts): Readers {
  const nodes = new Map<string, Node>();
  const missing = new Set<string>();
  const facts = new Map<string, Facts>();
  const spaceMembers = new Map<string, Promise<readonly Principal[]>>();
  const told = new Set<string>();

  const remember = (item: Item) => {
    const { id, title, space, parent, isCurrent, isArchived } = item;
    const kind = item.kind === 'container' ? 'container' : item.kind;
    nodes.set(id, { id, kind, title, space, parent, isCurrent, isArchived });
    if (item.facts) facts.set(id, item.facts);
  };

  const learnNodes = async (parents: readonly Parent[], signal: AbortSignal) => {
    const contents = (kind: 'page' | 'blogpost') =>
      parents.filter((each) => each.kind === kind).map(({ id }) => id);
    for (const kind of ['page', 'blogpost'] as const)
      for (const ids of chunks(contents(kind), IDS_AT_ONCE))
        for (const item of await api.contents(kind, ids, false, signal)) remember(item);
    const others = parents.filter(({ kind }) => kind !== 'page' && kind !== 'blogpost');
    for (const part of chunks(others, SINGLES_AT_ONCE))
      for (const item of await Promise.all(part.map(({ kind, id }) => api.single(kind, id, signal))))
        if (item) remember(item);
    for (const { id } of parents) if (!nodes.has(id)) missing.add(id);
  };

  /** Nearest first, and what is above the last that is known. */
  const lineOf = (start: Parent): { readonly line: readonly Node[]; readonly above: Parent | undefined } => {
    const line: Node[] = [];
    let at: Parent | undefined = start;
    while (at !== undefined && line.length < MAX_DEPTH) {
      const node: Node | undefined = nodes.get(at.id);
      if (!node) return { line, above: at };
      line.push(node);
      at = node.parent;
    }
    return { line, above: at };
  };

  const learnLines = async (items: readonly Parent[], signal: AbortSignal) => {
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const unknown = new Map<string, Parent>();
      for (const item of items) {
        const { above } = lineOf(item);
        if (above && !missing.has(above.id) && !nodes.has(above.id)) unknown.set(above.id, above);
      }
      if (unknown.size === 0) return;
      await learnNodes([...unknown.values()], signal);
    }
  };

  const learnFacts = async (ids: readonly string[], signal: AbortSignal) => {
    for (const part of chunks(
      ids.filter((id) => !facts.has(id)),
      IDS_AT_ONCE,
    ))
      for await (const found of api.facts(part, signal)) for (const [id, each] of found) facts.set(id, each);
    const open = ids.filter((id) => facts.get(id)?.restriction === undefined);
    for (const part of chunks(open, SINGLES_AT_ONCE))
      await Promise.all(
        part.map(async (id) => {
          const told = await api.restriction(id, signal);
          // Asked for and not told: nobody, until the next pass asks again.
          if (!told) closed.add('restriction not readable');
          facts.set(id, { labels: facts.get(id)?.labels ?? [], restriction: told ?? { members: [] } });
        }),
      );
  };

  const membersOf = (space: Space, signal: AbortSignal) => {
    const known =
      spaceMembers.get(space.id) ??
      api.spaceReaders(space, signal).then((readers) => {
        for (const reason of readers.closed) closed.add(reason);
        return readers.members;
      });
    spaceMembers.set(space.id, known);
    return known;
  };

  const learn = async (items: readonly Item[], signal: AbortSignal) => {
    for (const item of items) if (item.kind === 'page' || item.kind === 'blogpost') remember(item);
    const starts = items.flatMap((item) => startOf(item) ?? []);
    await learnLines(starts, signal);
    const ids = new Set(
      starts.flatMap((start) =>
        lineOf(start)
          .line.filter(({ kind }) => isRestrictable(kind))
          .map(({ id }) => id),
      ),
    );
    await learnFacts([...ids], signal);
  };

  const place = async (item: Item, signal: AbortSignal): Promise<Placed | undefined> => {
    const start = startOf(item);
    const { line, above } = start ? lineOf(start) : { line: [], above: undefined };
    const page = line.find(({ kind }) => kind === 'page' || kind === 'blogpost');
    const space = page?.space === undefined ? undefined : (await api.spaces(signal)).get(page.space);
    if (!page || !space || !(page.isCurrent || (config.archived && page.isArchived))) return undefined;
    const readAt = new Date(now()).toISOString();
    const layers: AllowList[] = [
      { id: spaceListId(config.id, space.id), members: await membersOf(space, signal), readAt },
    ];
    for (const { id, kind } of line) {
      if (!isRestrictable(kind)) continue;
      const restriction = facts.get(id)?.restriction ?? { members: [] };
      if (restriction.members)
        layers.push({ id: contentListId(config.id, id), members: restriction.members, readAt });
    }
    if (above) {
      // Not known is not unrestricted.
      closed.add('ancestor not readable');
      layers.push({ id: contentListId(config.id, above.id), members: [], readAt });
    }
    const lists = layers.filter(({ id }) => !told.has(id));
    for (const { id } of lists) told.add(id);
    const ancestors = line.slice(line.indexOf(page) + 1).map(({ title }) => title);
    return {
      acl: { allow: layers.map(({ id }) => id) },
      lists,
      breadcrumbs: [space.name, ...ancestors.toReversed()].filter((name) => name !== ''),
      labels: facts.get(page.id)?.labels ?? [],
      page,
    };
  };

  return {
    learnAll: async (signal) => {
      for (const listing of ['page', 'blogpost'] as const)
        for await (const { items } of api.walk(listing, { hasBodies: false, order: 'id' }, signal))
          for (const item of items) remember(item);
      for await (const found of api.facts('all', signal)) for (const [id, each] of found) facts.set(id, each);
    },
    learn,
    place,
    nodes: () => nodes.values(),
  };
}

/** A page is its own start; what hangs on something starts there. */
function startOf({ kind, id, parent }: Item): Parent | undefined {
  return kind === 'page' || kind === 'blogpost' ? { id, kind } : parent;
}

function chunks<T>(all: readonly T[], size: number): (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
