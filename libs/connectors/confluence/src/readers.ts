import { documentId } from '@fumikura/model';
import type { Acl, AllowList, SourceId } from '@fumikura/model';
import type { ConfluenceConfig } from './config.ts';
import type { ConfluenceApi, Item, Parent, Space, SpaceReaders } from './items.ts';
import { createKnowledge, FRESH_MS } from './knowledge.ts';
import type { Node } from './knowledge.ts';
import type { ClosedCounter } from './run.ts';

/** Where an item is, and who may read it there. */
export interface Placed {
  readonly acl: Acl;
  /** Those of the ACL that this pass did not tell yet, or knows better now. */
  readonly lists: readonly AllowList[];
  /** Space and everything above, outermost first. */
  readonly breadcrumbs: readonly string[];
  readonly labels: readonly string[];
  /** The page or post that it is or hangs on. */
  readonly page: Node;
}

/**
 * A right to the space, and a place in the restriction of the content and of each thing above it that has one: a list a
 * layer, never one for several.
 */
export interface Readers {
  /** What is needed to place these, in as few requests as it takes. */
  learn(items: readonly Item[], signal: AbortSignal): Promise<void>;
  /** Undefined for what is not read: of other spaces, archived, on a page that is gone. After `learn`. */
  place(item: Item, signal: AbortSignal): Promise<Placed | undefined>;
}

export interface ReadersParts {
  readonly api: ConfluenceApi;
  readonly config: ConfluenceConfig;
  readonly closed: ClosedCounter;
  readonly now: () => number;
}

export function spaceListId(source: SourceId, space: string): string {
  return documentId(source, `space/${space}/readers`);
}

export function contentListId(source: SourceId, content: string): string {
  return documentId(source, `content/${content}/readers`);
}

interface Layer {
  readonly list: AllowList;
  /** When it was asked for, by our clock. */
  readonly at: number;
}

interface SpaceAsked {
  readonly at: number;
  readonly readers: Promise<SpaceReaders>;
}

export function createReaders({ api, config, closed, now }: ReadersParts): Readers {
  const knowledge = createKnowledge({ api, closed, now, isBulk: config.restrictions === 'bulk' });
  const spaces = new Map<string, SpaceAsked>();
  const told = new Map<string, number>();

  const pageOf = async (line: readonly Node[], signal: AbortSignal) => {
    const page = line.find(({ kind }) => kind === 'page' || kind === 'blogpost');
    const space = page?.space === undefined ? undefined : (await api.spaces(signal)).get(page.space);
    const isRead = page && space && (page.isCurrent || (config.archived && page.isArchived));
    return isRead ? { page, space } : undefined;
  };

  const spaceLayer = async (space: Space, signal: AbortSignal): Promise<Layer> => {
    let asked = spaces.get(space.id);
    if (!asked || now() - asked.at > FRESH_MS) {
      asked = { at: now(), readers: api.spaceReaders(space, signal) };
      spaces.set(space.id, asked);
      for (const reason of (await asked.readers).closed) closed.add(reason);
    }
    const { members } = await asked.readers;
    return layer(spaceListId(config.id, space.id), members, asked.at);
  };

  const fresh = (layers: readonly Layer[]) => {
    const lists = layers.filter(({ list, at }) => (told.get(list.id) ?? -1) < at);
    for (const { list, at } of lists) told.set(list.id, at);
    return lists.map(({ list }) => list);
  };

  return {
    learn: async (items, signal) => {
      const starts = items.flatMap((item) => startOf(item) ?? []);
      for (const item of items) if (isPlace(item)) knowledge.remember(item);
      await knowledge.learnLines(starts, signal);
      const wanted = new Set<string>();
      for (const start of starts) {
        const { line } = knowledge.lineOf(start);
        // What is not read needs no readers.
        if (!(await pageOf(line, signal))) continue;
        for (const { id, kind } of line) if (isRestrictable(kind)) wanted.add(id);
      }
      await knowledge.learnFacts([...wanted], signal);
    },
    place: async (item, signal) => {
      const start = startOf(item);
      if (!start) return undefined;
      const { line, above } = knowledge.lineOf(start);
      const found = await pageOf(line, signal);
      if (!found) return undefined;
      const { page, space } = found;
      const layers = [await spaceLayer(space, signal)];
      for (const { id, kind } of line) {
        if (!isRestrictable(kind)) continue;
        const { members, at } = knowledge.restrictionOf(id);
        if (members) layers.push(layer(contentListId(config.id, id), members, at));
      }
      if (above) {
        // Not known is not unrestricted.
        closed.add('ancestor not readable');
        layers.push(layer(contentListId(config.id, above.id), [], now()));
      }
      const ancestors = line.slice(line.indexOf(page) + 1).map(({ title }) => title);
      return {
        acl: { allow: layers.map(({ list }) => list.id) },
        lists: fresh(layers),
        breadcrumbs: [space.name, ...ancestors.toReversed()].filter((name) => name !== ''),
        labels: knowledge.labelsOf(page.id),
        page,
      };
    },
  };
}

function layer(id: string, members: AllowList['members'], at: number): Layer {
  return { list: { id, members, readAt: new Date(at).toISOString() }, at };
}

/** What may have a restriction of its own. */
function isRestrictable(kind: string): boolean {
  return kind !== 'comment' && kind !== 'attachment';
}

function isPlace({ kind }: Item): boolean {
  return kind === 'page' || kind === 'blogpost';
}

/** A page is its own start; what hangs on something starts there. */
function startOf(item: Item): Parent | undefined {
  return isPlace(item) ? { id: item.id, kind: item.kind } : item.parent;
}
