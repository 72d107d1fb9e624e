import type { HttpDeps } from '@fumikura/http';
import type { Logger } from '@fumikura/logging';
import type { Connector } from '@fumikura/ports';
import { pullAccess } from './access-pass.ts';
import type { AccessCheckpoint } from './access-pass.ts';
import { listIds } from './census.ts';
import { check } from './check.ts';
import { createConfluenceClient } from './client.ts';
import { createCloudApi } from './cloud/api.ts';
import { readCloudDirectory } from './cloud/directory.ts';
import type { ConfluenceConfig } from './config.ts';
import { createDataCenterApi } from './data-center/api.ts';
import { readDataCenterDirectory } from './data-center/directory.ts';
import { mayRead } from './may-read.ts';
import { liveSearch } from './live-search.ts';
import { ownRights } from './own-rights.ts';
import { pull } from './pull.ts';
import type { ConfluenceCheckpoint } from './pull.ts';
import { createReaders } from './readers.ts';
import { refresh } from './refresh.ts';
import { countClosed } from './run.ts';
import type { Run } from './run.ts';
import { readDelivery } from './webhook.ts';

export interface ConfluenceDeps extends HttpDeps {
  readonly logger: Logger;
}

/**
 * Pages, blog posts, comments and attachments of a Confluence site, Cloud or Data Center. Removals are found by listing:
 * what is purged or hidden from our account gives no sign.
 */
export function createConfluenceConnector(
  config: ConfluenceConfig,
  deps: ConfluenceDeps,
): Connector<ConfluenceCheckpoint> {
  const client = createConfluenceClient(config, deps);
  const logger = deps.logger.child({ sourceId: config.id });
  const isCloud = config.deployment === 'cloud';
  const now = deps.clock?.now ?? Date.now;
  const run = (signal: AbortSignal): Run => {
    const api = isCloud ? createCloudApi(client, config) : createDataCenterApi(client, config);
    const closed = countClosed();
    return {
      client,
      api,
      config,
      logger,
      signal,
      closed,
      now,
      readers: createReaders({ api, config, closed, now }),
    };
  };
  return {
    id: config.id,
    removals: 'by-listing',
    check: (signal) => check(run(signal)),
    pull: (from, signal) => pull(run(signal), from),
    pullAccess: (from, signal) =>
      pullAccess(run(signal), (from ?? undefined) as AccessCheckpoint | undefined),
    refresh: (ids, signal) => refresh(run(signal), ids),
    search: (query, signal) => liveSearch(run(signal), query),
    listIds: (signal) => listIds(run(signal)),
    directory: (signal) => (isCloud ? readCloudDirectory : readDataCenterDirectory)(client, config, signal),
    // Data Center tells nobody of the rights of another one.
    ...(isCloud && { mayRead: (accounts, ids, signal) => mayRead(client, config, accounts, ids, signal) }),
    // Cloud takes tokens of its own sign-in alone.
    ...(!isCloud && { asPerson: (token) => ownRights(client.as(token), config) }),
    ...(!isCloud && { webhook: async (delivery) => readDelivery(config, delivery) }),
  };
}
