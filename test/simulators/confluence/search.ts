import type { SimulatedAnswer } from '../kit/simulator.ts';
import { labelsAnswer, restrictionAnswer } from './answers.ts';
import { dcContent } from './data-center-answers.ts';
import { liveSearch } from './live-search.ts';
import { isAnswer, part, refusal } from './paging.ts';
import type { Site } from './server.ts';
import { timeOf } from './world.ts';
import type { SimulatedAttachment, SimulatedComment, SimulatedContent } from './world.ts';

type Found =
  | { readonly type: 'content'; readonly item: SimulatedContent }
  | { readonly type: 'attachment'; readonly item: SimulatedAttachment }
  | { readonly type: 'comment'; readonly item: SimulatedComment };

/** Dates of a query have no zone: the site reads them in that of the account's profile. */
const PROFILE_ZONE_MS = 9 * 3_600_000;

/** The part of CQL that is asked here; anything else is a mistake. The index is behind by `searchLag` revisions. */
export function search(site: Site, url: URL): SimulatedAnswer {
  const live = liveSearch(site, url);
  if (live) return live;
  const cql = url.searchParams.get('cql') ?? '';
  const clauses = cql.replace(/\s+order by lastmodified desc$/iu, '').split(/\s+and\s+/iu);
  let found = indexed(site, idsOf(cql));
  for (const clause of clauses) {
    const set = /^(type|id)\s+in\s+\(([^)]*)\)$/iu.exec(clause);
    const since = /^lastmodified\s*>=\s*"(\d{4}-\d\d-\d\d \d\d:\d\d)"$/iu.exec(clause)?.[1];
    const one = /^type\s*=\s*(\w+)$/iu.exec(clause)?.[1];
    if (since !== undefined) {
      const from = Date.parse(`${since.replace(' ', 'T')}:00Z`) - PROFILE_ZONE_MS;
      found = found.filter(({ item }) => Date.parse(timeOf(item.changedAt)) >= from);
    } else if (set) {
      const values = new Set((set[2] ?? '').split(',').map((value) => value.trim()));
      found = found.filter((each) => values.has(set[1] === 'id' ? each.item.id : typeOf(each)));
    } else if (one !== undefined) found = found.filter((each) => typeOf(each) === one);
    else return refusal(400, `Could not parse cql : ${clause}`);
  }
  if (/order by/iu.test(cql)) found = found.toSorted((a, b) => b.item.changedAt - a.item.changedAt);
  return site.world.deployment === 'cloud' ? cloudPage(site, url, found) : dataCenterPage(site, url, found);
}

function typeOf(found: Found): string {
  return found.type === 'content' ? found.item.kind : found.type;
}

/** What is asked for by its ids need not be looked for among everything. */
function idsOf(cql: string): readonly string[] | undefined {
  return /\bid\s+in\s+\(([^)]*)\)/iu
    .exec(cql)?.[1]
    ?.split(',')
    .map((id) => id.trim());
}

function indexed({ world, isVisible }: Site, ids: readonly string[] | undefined): Found[] {
  const among = <T>(all: ReadonlyMap<string, T>): T[] =>
    ids ? ids.flatMap((id) => all.get(id) ?? []) : [...all.values()];
  const isIndexed = ({ changedAt }: { readonly changedAt: number }) =>
    changedAt <= world.revision - world.searchLag;
  const isShown = (id: string) => {
    const content = world.content.get(id);
    return content?.status === 'current' && isVisible(content);
  };
  const found: Found[] = [
    ...among(world.content)
      .filter(({ id }) => isShown(id))
      .map((item) => ({ type: 'content' as const, item })),
    ...among(world.attachments)
      .filter(({ container }) => isShown(container))
      .map((item) => ({ type: 'attachment' as const, item })),
    ...among(world.comments)
      .filter(({ container }) => isShown(container))
      .map((item) => ({ type: 'comment' as const, item })),
  ];
  return found.filter(({ item }) => isIndexed(item));
}

function cloudPage(site: Site, url: URL, found: readonly Found[]): SimulatedAnswer {
  const { world, options, cursors } = site;
  const expand = url.searchParams.get('expand') ?? '';
  // Asking for the restrictions of ancestors too makes the whole answer fail.
  if (expand.includes('ancestors.restrictions')) return refusal(500, 'Internal server error');
  const taken = part(found, url, cursors, { most: Math.min(100, options.pageSize), isRagged: false });
  if (isAnswer(taken)) return taken;
  const results = taken.items.flatMap((each) => {
    if (each.type !== 'content') return [];
    const { id, kind, status, title, restriction, labels } = each.item;
    return {
      id,
      type: kind,
      status,
      title,
      macroRenderedOutput: {},
      extensions: {},
      ...(expand.includes('restrictions.read') && {
        restrictions: {
          read: restrictionAnswer(
            world,
            options.isBulkBlind ? undefined : restriction,
            0,
            options.memberPage,
          ),
          _expandable: {},
          _links: {},
        },
      }),
      ...(expand.includes('metadata.labels') && { metadata: { labels: labelsAnswer(labels) } }),
      _expandable: {},
      _links: {},
    };
  });
  const next = taken.next && `/rest/api/content/search${taken.next}`;
  return {
    status: 200,
    body: {
      results,
      start: 0,
      limit: taken.items.length,
      size: results.length,
      _links: { base: 'https://acme.atlassian.net/wiki', context: '/wiki', ...(next && { next }) },
    },
  };
}

function dataCenterPage(site: Site, url: URL, found: readonly Found[]): SimulatedAnswer {
  const start = Number(url.searchParams.get('start') ?? 0);
  const limit = Math.min(100, Number(url.searchParams.get('limit') ?? 25));
  const expand = url.searchParams.get('expand') ?? '';
  const results = found.slice(start, start + limit).map(({ item }) => dcContent(site, item.id, expand));
  const after = new URLSearchParams(url.searchParams);
  after.set('start', String(start + limit));
  const next = `/rest/api/content/search?${after}`;
  const { contextPath } = site.options;
  return {
    status: 200,
    body: {
      results,
      start,
      limit,
      size: results.length,
      _links: {
        base: `${site.url()}${contextPath}`,
        context: contextPath,
        ...(start + limit < found.length && { next }),
      },
    },
  };
}
