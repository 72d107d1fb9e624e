import type { Repository } from './github-types.ts';
import type { Run } from './run.ts';

/** What tells whether anything may have changed, for a hundred repositories in one query. */
export interface Fact {
  /** Commit of the default branch; undefined in an empty repository. */
  readonly head: string | undefined;
  readonly discussions: { readonly count: number; readonly newest: string };
}

const AT_ONCE = 100;
const QUERY = `query($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Repository {
      databaseId
      defaultBranchRef { target { oid } }
      discussions(first: 1, orderBy: { field: UPDATED_AT, direction: DESC }) { totalCount nodes { updatedAt } }
    }
  }
}`;

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
  { client, signal }: Run,
  repositories: readonly Repository[],
): Promise<ReadonlyMap<number, Fact>> {
  const facts = new Map<number, Fact>();
  for (let at = 0; at < repositories.length; at += AT_ONCE) {
    const ids = repositories.slice(at, at + AT_ONCE).map(({ node_id }) => node_id);
    const { nodes } = await client.graphql<{ nodes: readonly (Node | null)[] }>(QUERY, { ids }, signal);
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
