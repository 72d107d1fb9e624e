import { invalid } from './client.ts';
import type { GithubConfig } from './config.ts';
import type { Repository } from './github-types.ts';
import type { Run } from './run.ts';

/** What tells whether anything may have changed, for a hundred repositories in one query. */
export interface Fact {
  /** Commit of the default branch; undefined in an empty repository. */
  readonly head: string | undefined;
  readonly discussions: { readonly count: number; readonly newest: string };
}

const AT_ONCE = 100;
const DISCUSSIONS =
  'discussions(first: 1, orderBy: { field: UPDATED_AT, direction: DESC }) { totalCount nodes { updatedAt } }';

/** Older servers have no discussions: they are asked for only where they are wanted. */
function queryFor({ discussions }: GithubConfig): string {
  return `query($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Repository { databaseId defaultBranchRef { target { oid } } ${discussions ? DISCUSSIONS : ''} }
  }
}`;
}

interface Node {
  readonly databaseId?: number;
  readonly defaultBranchRef?: { readonly target?: { readonly oid: string } | null } | null;
  readonly discussions?: {
    readonly totalCount: number;
    readonly nodes?: readonly ({ readonly updatedAt: string } | null)[] | null;
  } | null;
}

/** By number; a repository that went away meanwhile is missing. */
export async function readFacts(
  { client, config, signal }: Run,
  repositories: readonly Repository[],
): Promise<ReadonlyMap<number, Fact>> {
  const facts = new Map<number, Fact>();
  for (let at = 0; at < repositories.length; at += AT_ONCE) {
    const ids = repositories.slice(at, at + AT_ONCE).map(({ node_id }) => node_id);
    const { nodes } = await client.graphql<{ nodes: readonly (Node | null)[] }>(
      queryFor(config),
      { ids },
      signal,
    );
    for (const node of nodes) {
      if (node?.databaseId === undefined) continue;
      facts.set(node.databaseId, {
        head: node.defaultBranchRef?.target?.oid,
        discussions: {
          count: node.discussions?.totalCount ?? 0,
          newest: node.discussions?.nodes?.[0]?.updatedAt ?? '',
        },
      });
    }
  }
  return facts;
}

/** @throws SOURCE_ANSWER_INVALID (transient): nothing known of a repository is not an empty repository */
export function factOf(facts: ReadonlyMap<number, Fact>, { id }: Repository): Fact {
  const fact = facts.get(id);
  if (!fact) throw invalid(`nothing is told of repository ${id}`);
  return fact;
}
