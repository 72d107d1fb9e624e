import type { SimulatedAnswer } from '../kit/simulator.ts';
import { found, parseWords } from '../kit/words.ts';
import { itemAnswer } from './answers.ts';
import type { GraphWorld } from './world.ts';
import { siteUrl } from './world.ts';

interface Request {
  readonly entityTypes?: readonly string[];
  readonly query?: { readonly queryString?: string };
  readonly from?: number;
  readonly size?: number;
}

/** Files of the tenant, as an application with rights to all of it is shown them. */
export function searchQuery(world: GraphWorld, body: unknown): SimulatedAnswer {
  const { requests = [] } = body as { readonly requests?: readonly Request[] };
  return { status: 200, body: { value: requests.map((request) => answerOf(world, request)) } };
}

function answerOf(world: GraphWorld, { query, from = 0, size = 25 }: Request) {
  const [words = '', places = ''] = (query?.queryString ?? '').split(') AND (');
  const under = [...places.matchAll(/path:"([^"]+)"/gu)].map(([, address]) => address ?? '');
  const all = [...world.sites.values()]
    .filter((site) => under.length === 0 || under.some((address) => siteUrl(site).startsWith(address)))
    .flatMap((site) =>
      [...site.drives.values()].flatMap((drive) =>
        [...drive.items.values()].filter(({ isFolder }) => !isFolder).map((item) => ({ drive, item })),
      ),
    );
  const hits = found(all, ({ item }) => `${item.name} ${item.content}`, parseWords(words));
  return {
    searchTerms: [],
    hitsContainers: [
      {
        total: hits.length,
        moreResultsAvailable: from + size < hits.length,
        hits: hits.slice(from, from + size).map(({ drive, item }, rank) => ({
          hitId: item.id,
          rank: from + rank + 1,
          summary: '',
          resource: { '@odata.type': '#microsoft.graph.driveItem', ...itemAnswer(drive, item) },
        })),
      },
    ],
  };
}
