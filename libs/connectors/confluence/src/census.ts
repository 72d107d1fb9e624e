import type { DocumentId } from '@fumikura/model';
import type { Item, Listing } from './items.ts';
import { itemId } from './mapping.ts';
import type { Run } from './run.ts';

/** Every id, 250 a request on Cloud. What hangs on a page goes with it. Rejects when a listing does not end. */
export async function* listIds({ api, config, signal }: Run): AsyncGenerator<readonly DocumentId[]> {
  const spaces = await api.spaces(signal);
  const pages = new Set<string>();
  const comments = new Map<string, Item>();
  const isRead = ({ space, isCurrent, isArchived }: Item) =>
    spaces.has(space ?? '') && (isCurrent || (config.archived && isArchived));
  for (const listing of api.listings)
    for await (const { items } of api.walk(listing, { hasBodies: false, order: 'id' }, signal)) {
      if (isPlace(listing)) {
        const kept = items.filter(isRead);
        for (const { id } of kept) pages.add(id);
        yield kept.map((item) => itemId(config, item));
        continue;
      }
      for (const item of items) if (item.parent?.kind === 'comment') comments.set(item.id, item);
      const kept = items.filter(({ parent }) => parent && parent.kind !== 'comment' && pages.has(parent.id));
      yield kept.map((item) => itemId(config, item));
    }
  // Answers that name the comment they answer and no page.
  const answers = await placedAnswers([...comments.values()], api, pages, signal);
  yield answers.map((item) => itemId(config, item));
}

function isPlace(listing: Listing): boolean {
  return listing === 'page' || listing === 'blogpost';
}

async function placedAnswers(
  answers: readonly Item[],
  api: Run['api'],
  pages: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const known = new Map(answers.map((item) => [item.id, item]));
  const isPlaced = async (item: Item, depth: number): Promise<boolean> => {
    const { parent } = item;
    if (!parent || depth > 50) return false;
    if (parent.kind !== 'comment') return pages.has(parent.id);
    const above = known.get(parent.id) ?? (await api.single('comment', parent.id, signal));
    if (above) known.set(parent.id, above);
    return above !== undefined && isPlaced(above, depth + 1);
  };
  const kept: Item[] = [];
  for (const item of answers) if (await isPlaced(item, 0)) kept.push(item);
  return kept;
}
