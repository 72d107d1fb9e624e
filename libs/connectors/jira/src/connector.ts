import type { HttpDeps } from '@fumikura/http';
import type { Logger } from '@fumikura/logging';
import type { Connector } from '@fumikura/ports';
import { pullAccess } from './access-pass.ts';
import { listIds } from './census.ts';
import { check } from './check.ts';
import { createJiraClient } from './client.ts';
import type { JiraConfig } from './config.ts';
import { readDirectory } from './directory.ts';
import { mayRead } from './may-read.ts';
import { liveSearch } from './live-search.ts';
import { ownRights } from './own-rights.ts';
import { pull } from './pull.ts';
import type { JiraCheckpoint } from './pull.ts';
import { ownLists } from './readers.ts';
import { partOf, refresh } from './refresh.ts';
import { createRun } from './run.ts';
import { readDelivery } from './webhook.ts';

export interface JiraDeps extends HttpDeps {
  readonly logger: Logger;
}

/**
 * Issues of Jira, Cloud or Data Center, with their restricted comments, worklogs and files as parts of them. Removals are
 * found by listing: no search tells of what was deleted.
 */
export function createJiraConnector(config: JiraConfig, deps: JiraDeps): Connector<JiraCheckpoint> {
  const client = createJiraClient(config, deps);
  const logger = deps.logger.child({ sourceId: config.id });
  const run = (signal: AbortSignal) => createRun(client, config, logger, deps.clock?.now ?? Date.now, signal);
  return {
    id: config.id,
    removals: 'by-listing',
    check: (signal) => check(run(signal)),
    pull: (from, signal) => pull(run(signal), from),
    pullAccess: (_from, signal) => pullAccess(run(signal)),
    refresh: (ids, signal) => refresh(run(signal), ids),
    search: (query, signal) => liveSearch(run(signal), query),
    asPerson: (token) => ownRights(client.as(token), config),
    listIds: (signal) => listIds(run(signal)),
    partOf: (id) => partOf(config.id, id),
    ownLists: (own, item) => ownLists(config.id, own, item),
    directory: (signal) => readDirectory(run(signal)),
    // Data Center tells nobody of the rights of another one.
    ...(config.deployment === 'cloud' && {
      mayRead: (accounts, ids, signal) => mayRead(client, config, accounts, ids, signal),
    }),
    webhook: async (delivery) => readDelivery(config, delivery),
  };
}
