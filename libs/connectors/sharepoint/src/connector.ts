import type { HttpDeps } from '@fumikura/http';
import type { Logger } from '@fumikura/logging';
import type { Connector } from '@fumikura/ports';
import { pullAccess } from './access-pass.ts';
import type { AccessCheckpoint } from './access-pass.ts';
import { listIds } from './census.ts';
import { check } from './check.ts';
import { createGraphClient } from './client.ts';
import type { SharepointConfig } from './config.ts';
import { readDirectory } from './directory.ts';
import { countClosed } from './item-readers.ts';
import { liveSearch } from './live-search.ts';
import { ownRights } from './own-rights.ts';
import { pull } from './pull.ts';
import type { SharepointCheckpoint } from './pull.ts';
import { refresh } from './refresh.ts';
import { createFolderPaths } from './run.ts';
import type { Run } from './run.ts';
import { readNotices } from './webhook.ts';

export interface SharepointDeps extends HttpDeps {
  readonly logger: Logger;
}

/**
 * Files, pages and list items of SharePoint sites through Microsoft Graph, as an application. Removals are found by
 * listing: what lay in a deleted folder gets no notice of its own.
 */
export function createSharepointConnector(
  config: SharepointConfig,
  deps: SharepointDeps,
): Connector<SharepointCheckpoint> {
  const client = createGraphClient(config, deps);
  const logger = deps.logger.child({ sourceId: config.id });
  const run = (signal: AbortSignal): Run => ({
    client,
    config,
    logger,
    signal,
    closed: countClosed(),
    paths: createFolderPaths(client),
    now: deps.clock?.now ?? Date.now,
  });
  return {
    id: config.id,
    removals: 'by-listing',
    check: (signal) => check(run(signal)),
    pull: (from, signal) => pull(run(signal), from),
    pullAccess: (from, signal) =>
      pullAccess(run(signal), (from ?? undefined) as AccessCheckpoint | undefined),
    refresh: (ids, signal) => refresh(run(signal), ids),
    search: (query, signal) => liveSearch(run(signal), query),
    asPerson: (token) => ownRights(client.as(token), config),
    listIds: (signal) => listIds(run(signal)),
    directory: (signal) => readDirectory(client, config, signal),
    webhook: async (delivery) => readNotices(config, delivery),
  };
}
