import type { Logger } from '@fumikura/logging';
import type { JiraClient } from './client.ts';
import type { JiraConfig } from './config.ts';
import { knownZone } from './dates.ts';
import type { JiraField, JiraProject, JiraUser } from './jira-types.ts';
import { once } from './once.ts';
import { createSiteAccess } from './site-access.ts';
import type { SiteAccess } from './site-access.ts';

/** What one pass works with. Facts of the site are asked for once a pass, when first needed. */
export interface Run {
  readonly client: JiraClient;
  readonly config: JiraConfig;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly counts: Counter;
  readonly access: SiteAccess;
  readonly now: () => number;
  /** When this pass began to ask for the facts of the site, ISO 8601 UTC: no list is older than it says. */
  readonly readAt: string;
  /** Of the profile that asks; undefined when it does not say. */
  readonly timeZone: () => Promise<string | undefined>;
  /** By id. */
  readonly fields: () => Promise<ReadonlyMap<string, JiraField>>;
  /** Lists told in this pass: each is told once. */
  readonly told: Set<string>;
}

/** Counts by name what stays closed or is left out, and names it once a run. */
export interface Counter {
  add(event: 'closed' | 'left-out', reason: string): void;
  tell(logger: Logger): void;
}

export function createCounter(): Counter {
  const counts = new Map<string, { event: 'closed' | 'left-out'; reason: string; count: number }>();
  return {
    add: (event, reason) => {
      const key = `${event} ${reason}`;
      counts.set(key, { event, reason, count: (counts.get(key)?.count ?? 0) + 1 });
    },
    tell: (logger) => {
      for (const { event, reason, count } of counts.values())
        logger.warn(event === 'closed' ? 'jira.readers.closed' : 'jira.items.left-out', { reason, count });
      counts.clear();
    },
  };
}

export function createRun(
  client: JiraClient,
  config: JiraConfig,
  logger: Logger,
  now: () => number,
  signal: AbortSignal,
): Run {
  const counts = createCounter();
  return {
    client,
    config,
    logger,
    signal,
    counts,
    now,
    readAt: new Date(now()).toISOString(),
    access: createSiteAccess({ client, config, counts, signal }),
    told: new Set(),
    timeZone: once(async () => knownZone((await client.get<JiraUser>('myself', {}, signal)).timeZone)),
    fields: once(
      async () =>
        new Map((await client.get<readonly JiraField[]>('field', {}, signal)).map((each) => [each.id, each])),
    ),
  };
}

/** The part of a query that names the configured projects, if any are. */
export function inProjects({ projects }: JiraConfig): readonly string[] {
  return projects === 'all' ? [] : [`project in (${projects.map((each) => `"${each}"`).join(', ')})`];
}

/** Whether a project is read by the configuration; keys in whatever case. */
export function isConfigured({ projects }: JiraConfig, { id, key }: JiraProject): boolean {
  return (
    projects === 'all' || projects.some((each) => each === id || each.toUpperCase() === key?.toUpperCase())
  );
}
