import { readFileSync, readdirSync } from 'node:fs';
import { startSimulator } from '../simulators/kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../simulators/kit/simulator.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What was recorded of one repository, by what it is. */
export interface RecordedRepository {
  readonly repository: Json & { readonly id: number; readonly full_name: string };
  readonly issues: Map<number, Json>;
  readonly comments: Json[];
  readonly reviewComments: Json[];
  readonly reviews: Json[];
  readonly discussions: Map<number, Json>;
  tree: Json | undefined;
  collaborators: readonly Json[] | undefined;
}

export interface Recorded {
  readonly repositories: ReadonlyMap<string, RecordedRepository>;
  /** Deliveries with the event they are of. */
  readonly deliveries: readonly { readonly event: string; readonly payload: Json }[];
  readonly files: readonly string[];
}

const ITEM_URL = /\/repos\/([^/]+\/[^/]+)\/(?:issues|pulls)\/(\d+)/u;

/** Every object of the recordings that stands for something to index, put together by repository. */
export function readRecordings(folder: URL): Recorded {
  const repositories = new Map<string, RecordedRepository>();
  const deliveries: { event: string; payload: Json }[] = [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  for (const name of files) {
    const content = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as {
      meta: { event?: string };
      payloads?: Json[];
      exchanges?: { request: { url: string }; response: { body?: unknown } }[];
    };
    for (const payload of content.payloads ?? [])
      deliveries.push({ event: content.meta.event ?? '', payload });
    for (const each of objectsIn(content)) collect(repositories, each);
    for (const { request, response } of content.exchanges ?? [])
      collectAnswer(repositories, request.url, response.body);
  }
  return { repositories, deliveries, files };
}

function* objectsIn(value: unknown): Generator<Json> {
  if (Array.isArray(value)) for (const each of value) yield* objectsIn(each);
  else if (typeof value === 'object' && value !== null) {
    yield value as Json;
    for (const each of Object.values(value)) yield* objectsIn(each);
  }
}

function of(repositories: Map<string, RecordedRepository>, fullName: string): RecordedRepository {
  const [owner = '', name = ''] = fullName.split('/');
  const found = repositories.get(fullName) ?? {
    // Known only from addresses of what is in it.
    repository: {
      id: 1_000_000_000 + repositories.size,
      name,
      full_name: fullName,
      private: true,
      html_url: `https://github.com/${fullName}`,
      owner: { id: 1, login: owner, type: 'User' },
    },
    issues: new Map(),
    comments: [],
    reviewComments: [],
    reviews: [],
    discussions: new Map(),
    tree: undefined,
    collaborators: undefined,
  };
  repositories.set(fullName, found);
  return found;
}

function collect(repositories: Map<string, RecordedRepository>, each: Json): void {
  const { full_name: fullName, id, url, owner } = each;
  if (
    typeof fullName === 'string' &&
    typeof id === 'number' &&
    typeof owner === 'object' &&
    'private' in each
  ) {
    const known = of(repositories, fullName);
    const whole = { ...known.repository, ...each } as RecordedRepository['repository'];
    repositories.set(fullName, { ...known, repository: whole });
    return;
  }
  const about = String(each['issue_url'] ?? each['pull_request_url'] ?? url ?? '');
  const [, repository, number] = ITEM_URL.exec(about) ?? [];
  if (repository === undefined || number === undefined) return;
  const known = of(repositories, repository);
  const isItem =
    'title' in each && 'state' in each && each['number'] === Number(number) && 'created_at' in each;
  if (isItem && 'user' in each && !known.issues.has(Number(number)))
    known.issues.set(Number(number), asListed(each));
  else if ('diff_hunk' in each) known.reviewComments.push(each);
  else if ('submitted_at' in each && 'state' in each) known.reviews.push(each);
  else if ('issue_url' in each && 'body' in each && !('title' in each)) known.comments.push(each);
}

/** A pull request as the list of issues shows it. */
function asListed(each: Json): Json {
  const { head, comments: _count, ...rest } = each;
  return head === undefined ? each : { ...rest, pull_request: { merged_at: each['merged_at'] ?? null } };
}

function collectAnswer(repositories: Map<string, RecordedRepository>, url: string, body: unknown): void {
  const [, fullName = '', what] =
    /\/repos\/([^/]+\/[^/]+)\/(git\/trees|collaborators)(?:\/[^/]*)?$/u.exec(url.split('?')[0] ?? '') ?? [];
  if (what === 'git/trees') of(repositories, fullName).tree = body as Json;
  if (what === 'collaborators' && Array.isArray(body))
    of(repositories, fullName).collaborators = body as Json[];
  const data = (body as { data?: { repository?: { discussions?: { nodes?: Json[] } } } } | undefined)?.data;
  for (const node of data?.repository?.discussions?.nodes ?? [])
    of(repositories, 'PyGithub/PyGithub').discussions.set(Number(node['number']), node);
}

/** Answers with what was recorded; what a recording was never asked for is filled with the least that the API promises. */
export async function serveRecorded({ repositories }: Recorded): Promise<Simulator> {
  const all = [...repositories.values()];
  const nodeOf = ({ repository }: RecordedRepository) =>
    String(repository['node_id'] ?? `node-${repository.id}`);
  return startSimulator({
    answer: (request) => {
      const { pathname } = request.url;
      if (pathname === '/user/repos')
        return ok(
          all.map((each) => ({
            ...each.repository,
            node_id: nodeOf(each),
            has_discussions: each.discussions.size > 0,
            has_issues: true,
            has_pull_requests: true,
          })),
        );
      if (pathname === '/graphql') return graphql(request, all, nodeOf);
      const organisation = /^\/orgs\/([^/]+)$/u.exec(pathname)?.[1];
      if (organisation !== undefined) return ok({ id: 2, login: organisation });
      const [, , owner, name, ...rest] = pathname.split('/').map(decodeURIComponent);
      const found = repositories.get(`${owner}/${name}`);
      return found && below(found, rest.join('/'), request);
    },
  });
}

function below(
  found: RecordedRepository,
  path: string,
  { url }: SimulatedRequest,
): SimulatedAnswer | undefined {
  const isProbe = url.searchParams.get('per_page') === '1';
  const list = (all: readonly Json[]) => {
    const headers =
      isProbe && all.length > 1 ? { link: `<http://x/?page=${all.length}>; rel="last"` } : undefined;
    const sorted = all.toSorted((a, b) => (String(a['updated_at']) < String(b['updated_at']) ? -1 : 1));
    return { status: 200, ...(headers && { headers }), body: isProbe ? sorted.slice(-1) : sorted };
  };
  const [, kind, number = '', what] = /^(issues|pulls)\/(\d+)\/(comments|reviews)$/u.exec(path) ?? [];
  const belongs = (field: string) => (each: Json) => String(each[field]).endsWith(`/${number}`);
  if (kind === 'issues') return list(found.comments.filter(belongs('issue_url')));
  if (what === 'reviews') return list(found.reviews.filter(belongs('pull_request_url')));
  if (kind === 'pulls') return list(found.reviewComments.filter(belongs('pull_request_url')));
  switch (path) {
    case '':
      return ok(found.repository);
    case 'collaborators':
      return found.collaborators
        ? list(found.collaborators)
        : { status: 403, body: { message: 'Must have push access to view repository collaborators.' } };
    case 'issues':
      // Recorded at another time than what was said on them.
      return list(
        [...found.issues].map(([at, issue]) => {
          const count = found.comments.filter((each) => String(each['issue_url']).endsWith(`/${at}`)).length;
          return { ...issue, comments: count };
        }),
      );
    case 'issues/comments':
      return list(found.comments);
    case 'pulls/comments':
      return list(found.reviewComments);
    case 'releases':
    case 'teams':
      return list([]);
    default:
      return path.startsWith('git/trees/') && found.tree
        ? ok({ ...found.tree, truncated: false })
        : undefined;
  }
}

function graphql(
  { body }: SimulatedRequest,
  all: readonly RecordedRepository[],
  nodeOf: (each: RecordedRepository) => string,
): SimulatedAnswer {
  const { variables } = body as { variables: { ids?: string[]; id?: string } };
  const time = '2024-09-17T00:00:00Z';
  const nodes = all
    .filter((each) => variables.ids?.includes(nodeOf(each)))
    .map(({ repository, tree, discussions }) => ({
      databaseId: repository.id,
      defaultBranchRef: tree ? { target: { oid: tree['sha'] } } : null,
      discussions: { totalCount: discussions.size, nodes: discussions.size > 0 ? [{ updatedAt: time }] : [] },
    }));
  const asked = all.find((each) => nodeOf(each) === variables.id);
  const pageInfo = { hasNextPage: false, endCursor: null };
  const told = [...(asked?.discussions.values() ?? [])].map((node) => ({
    id: `D${String(node['number'])}`,
    url: `https://github.com/PyGithub/PyGithub/discussions/${String(node['number'])}`,
    body: '',
    createdAt: time,
    updatedAt: time,
    comments: { pageInfo, nodes: [] },
    ...node,
  }));
  return ok({ data: { nodes, node: { discussions: { totalCount: told.length, pageInfo, nodes: told } } } });
}

function ok(body: unknown): SimulatedAnswer {
  return { status: 200, body };
}
