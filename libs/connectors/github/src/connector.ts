import type { HttpDeps } from '@fumikura/http';
import type { Logger } from '@fumikura/logging';
import type { Connector } from '@fumikura/ports';
import { pullAccess } from './access-pass.ts';
import type { AccessCheckpoint } from './access-pass.ts';
import { listIds } from './census.ts';
import { check } from './check.ts';
import { createGithubClient } from './client.ts';
import type { GithubConfig } from './config.ts';
import { readDirectory } from './directory.ts';
import { mayRead } from './may-read.ts';
import type { Logins } from './may-read.ts';
import { liveSearch } from './live-search.ts';
import type { KnownRepositories } from './live-search.ts';
import { pull } from './pull.ts';
import type { GithubCheckpoint } from './pull.ts';
import { refresh } from './refresh.ts';
import { createCounter } from './run.ts';
import type { Handed, Run, Verified } from './run.ts';
import { readDelivery } from './webhook.ts';

export interface GithubDeps extends HttpDeps {
  readonly logger: Logger;
}

/**
 * Code, issues, pull requests, discussions and releases of GitHub repositories, as an app or a person. Removals are found by
 * listing: a lost history tells of none.
 */
export function createGithubConnector(config: GithubConfig, deps: GithubDeps): Connector<GithubCheckpoint> {
  const client = createGithubClient(config, deps);
  const logger = deps.logger.child({ sourceId: config.id });
  const verified: Verified = { seen: [], at: undefined };
  const handed: Handed = { repositories: [], at: undefined };
  const logins: Logins = new Map();
  const searched: KnownRepositories = { all: [], at: undefined };
  const run = (signal: AbortSignal): Run => ({
    client,
    config,
    logger,
    signal,
    now: deps.clock?.now ?? Date.now,
    closed: createCounter(),
    leftOut: createCounter(),
    organisations: new Map(),
    verified,
    handed,
  });
  return {
    id: config.id,
    removals: 'by-listing',
    check: (signal) => check(run(signal)),
    pull: (from, signal) => pull(run(signal), from),
    pullAccess: (from, signal) =>
      pullAccess(run(signal), (from ?? undefined) as AccessCheckpoint | undefined),
    refresh: (ids, signal) => refresh(run(signal), ids),
    search: (query, signal) => liveSearch(run(signal), query, searched),
    listIds: (signal) => listIds(run(signal)),
    directory: (signal) => readDirectory(run(signal)),
    mayRead: (accounts, ids, signal) => mayRead(client, config, logins, accounts, ids, signal),
    webhook: async (delivery) => readDelivery(config, delivery),
  };
}
