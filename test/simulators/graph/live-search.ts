import type { SimulatedAnswer } from '../kit/simulator.ts';
import { found, parseWords } from '../kit/words.ts';
import { itemAnswer } from './answers.ts';
import { judge } from './oracle.ts';
import type { GraphWorld } from './world.ts';
import { siteUrl } from './world.ts';

interface Request {
  readonly entityTypes?: readonly string[];
  readonly query?: { readonly queryString?: string };
  readonly region?: string;
  readonly from?: number;
  readonly size?: number;
}

/** Files of the tenant, as an application with rights to all of it is shown them; as a person, theirs. */
export function searchQuery(world: GraphWorld, body: unknown, person?: string): SimulatedAnswer {
  const { requests = [] } = body as { readonly requests?: readonly Request[] };
  // The service takes a region of applications alone.
  if (person !== undefined && requests.some(({ region }) => region !== undefined))
    return { status: 400, body: { error: { code: 'BadRequest', message: 'region' } } };
  return { status: 200, body: { value: requests.map((request) => answerOf(world, request, person)) } };
}

function answerOf(world: GraphWorld, { query, from = 0, size = 25 }: Request, person: string | undefined) {
  const [words = '', places = ''] = (query?.queryString ?? '').split(') AND (');
  const under = [...places.matchAll(/path:"([^"]+)"/gu)].map(([, address]) => address ?? '');
  const all = [...world.sites.values()]
    .filter((site) => under.length === 0 || under.some((address) => siteUrl(site).startsWith(address)))
    .flatMap((site) =>
      [...site.drives.values()].flatMap((drive) =>
        [...drive.items.values()]
          .filter(({ id, isFolder }) => !isFolder && opens(world, person, `drive/${drive.id}/${id}`))
          .map((item) => ({ drive, item })),
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

function opens(world: GraphWorld, person: string | undefined, externalId: string): boolean {
  return person === undefined || judge(world, person, externalId).mayRead;
}
