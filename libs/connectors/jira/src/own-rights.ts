import { AppError } from '@fumikura/errors';
import { asTheyCome } from '@fumikura/http';
import type { DocumentId } from '@fumikura/model';
import type { OwnRights, ReadVerdict } from '@fumikura/ports';
import type { JiraClient } from './client.ts';
import type { JiraConfig } from './config.ts';
import type { JiraUser } from './jira-types.ts';
import { liveSearch } from './live-search.ts';
import { userPrincipal } from './principals.ts';
import { issueOf } from './refresh.ts';

const NOT_THEIRS = new Set(['not-found', 'permission']);

/** @param client asks with the person's token */
export function ownRights(client: JiraClient, config: JiraConfig): OwnRights {
  return {
    account: async (signal) => {
      const user = await client.get<JiraUser>('myself', {}, signal);
      const account = userPrincipal(config.id, client.isCloud, user);
      if (account) return account;
      throw new AppError('SOURCE_ANSWER_INVALID', 'transient', 'the site does not say whose the token is');
    },
    search: (query, signal) => liveSearch({ client, config, signal }, query),
    mayRead: (ids, signal) => mayRead(client, config, ids, signal),
  };
}

/** By asking for each issue. A part has the readers of its issue and its own: of those, its lists alone can tell. */
function mayRead(
  client: JiraClient,
  { id: source }: JiraConfig,
  ids: readonly DocumentId[],
  signal: AbortSignal,
): AsyncGenerator<ReadVerdict> {
  const asked = new Map<string, Promise<boolean>>();
  return asTheyCome(
    ids.map(async (id) => {
      const issue = issueOf(source, id);
      const opens = asked.get(issue) ?? isOpen(client, issue, signal);
      asked.set(issue, opens);
      return { id, mayRead: await opens };
    }),
  );
}

async function isOpen(client: JiraClient, issue: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { id } = await client.get<{ readonly id?: unknown }>(
      `issue/${issue}`,
      { fields: 'updated' },
      signal,
    );
    return String(id) === issue;
  } catch (error) {
    if (error instanceof AppError && NOT_THEIRS.has(error.kind)) return false;
    throw error;
  }
}
