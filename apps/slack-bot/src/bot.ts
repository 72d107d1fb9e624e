import { randomUUID } from 'node:crypto';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { JsonValue, PersonId } from '@fumikura/model';
import type { SharedState } from '@fumikura/ports';
import type { ReceiverEvent } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { listenTo } from './connection.ts';
import type { Connection } from './connection.ts';
import { deliveryId, deliveryOf } from './delivery.ts';
import type { Desk } from './desk.ts';
import { createFairQueue } from './fair-queue.ts';
import { createIdentity } from './identity.ts';
import type { IdentityOptions } from './identity.ts';
import { createInbox } from './inbox.ts';
import type { Work } from './inbox.ts';
import { createLinks } from './links.ts';
import type { Links } from './links.ts';
import { createLull } from './lull.ts';
import type { Parts } from './parts.ts';
import { createReplies } from './replies.ts';
import { bridge } from './slack-logger.ts';
import { createWorker } from './worker.ts';
import type { Workspaces } from './workspaces.ts';

export interface SlackBotOptions {
  readonly desk: Desk;
  readonly state: SharedState;
  readonly workspaces: Workspaces;
  readonly connection: Connection;
  readonly logger: Logger;
  /** Who an account is by the configuration; undefined: only links count. */
  readonly configured?: (team: string, user: string) => PersonId | undefined;
  /** Who has a confirmed address; absent when addresses link nobody. */
  readonly byEmail?: (email: string) => Promise<PersonId | undefined>;
  /** Where people sign in for a code; absent: by the command alone. */
  readonly signInUrl?: string;
  readonly nameOf?: (person: PersonId) => string;
  /** Of one person, default 60. */
  readonly questionsPerHour?: number;
  /** Answers made at the same time, default 4. */
  readonly atOnce?: number;
  /** A delivery whose process is not heard of for so long is taken over; default 20,000. */
  readonly leaseMs?: number;
  readonly now?: () => number;
  /** Of the Web API, with a slash at its end; default Slack's. */
  readonly apiUrl?: string;
}

export interface SlackBot {
  /** Where Slack delivers to, when it connects to us. */
  readonly url?: string;
  /** Takes nothing more, finishes what it has begun within the time, and hands over the rest. Default 10,000. */
  stop(withinMs?: number): Promise<void>;
}

/** Answers in Slack. Any number of them may run on one installation. */
export async function startSlackBot(options: SlackBotOptions): Promise<SlackBot> {
  const { logger, workspaces, leaseMs = 20_000, now = Date.now } = options;
  const stopping = new AbortController();
  const inbox = createInbox({ state: options.state, holder: randomUUID(), leaseMs, now });
  const clientOf = clientsOf(options);
  const parts = partsOf(options, clientOf, stopping.signal);
  const worker = createWorker({ parts, workspaces, clientOf, inbox });
  const lull = createLull(worker.begin);
  const keep = async ({ body }: ReceiverEvent): Promise<Work | undefined> => {
    const id = deliveryId(body);
    if (id === undefined || !deliveryOf(body)) return undefined;
    const taken = await inbox.take(id, body as JsonValue);
    if (!taken) logger.info('slack.delivery.repeated', {});
    return taken;
  };
  const listening = await listenTo(options, async (event) => {
    const taken = await keep(event);
    try {
      await event.ack();
    } finally {
      // Done though Slack has hung up meanwhile.
      if (taken) lull.put(taken);
    }
  });
  const { url } = listening;
  const timer = setInterval(() => {
    worker
      .takeOver()
      .catch((error: unknown) =>
        logger.warn('slack.takeover.failed', { message: toAppError(error).message }),
      );
  }, leaseMs / 4);
  return {
    ...(url !== undefined && { url }),
    stop: async (withinMs = 10_000) => {
      clearInterval(timer);
      await listening.stop();
      lull.flush();
      await worker.ended(withinMs);
      stopping.abort();
      await inbox.release();
    },
  };
}

function partsOf(
  options: SlackBotOptions,
  clientOf: (team: string) => Promise<WebClient>,
  signal: AbortSignal,
): Parts {
  const { desk, state, logger, byEmail, configured, now = Date.now } = options;
  const links = createLinks(state, now);
  const identity = createIdentity({
    client: clientOf,
    facts: (team) => options.workspaces.facts(team),
    linked: linkedBy(links, configured),
    ...(byEmail && { byEmail }),
    now,
  });
  return {
    ...{ desk, state, identity, links, logger, now, signal },
    replies: createReplies(state, now),
    queue: createFairQueue(options.atOnce ?? 4),
    questionsPerHour: options.questionsPerHour ?? 60,
    ...(options.signInUrl !== undefined && { signInUrl: options.signInUrl }),
    nameOf: options.nameOf ?? (({ subject }) => subject),
  };
}

/** What is written down counts before links; two persons written down for one account are nobody. */
function linkedBy(links: Links, configured: SlackBotOptions['configured']): IdentityOptions['linked'] {
  return async (keys) => {
    const written = keys.flatMap((account) => {
      const person = configured?.(account.team, account.user);
      return person ? [{ person, account }] : [];
    });
    const [first] = written;
    if (first) return written.every(({ person }) => isSame(person, first.person)) ? first : undefined;
    for (const account of keys) {
      const person = await links.of(account.team, account.user);
      if (person) return { person, account };
    }
    return undefined;
  };
}

function isSame(one: PersonId, other: PersonId): boolean {
  return one.issuer === other.issuer && one.subject === other.subject;
}

/** One of each workspace, so that its waits and its number of calls at once are those of the workspace. */
function clientsOf(options: SlackBotOptions): (team: string) => Promise<WebClient> {
  const known = new Map<string, { readonly token: string; readonly client: WebClient }>();
  return async (team) => {
    const token = await options.workspaces.token(team);
    const before = known.get(team);
    if (before?.token === token) return before.client;
    const { home } = await options.workspaces.facts(team);
    const client = clientFor(token, options, home === team ? undefined : team);
    known.set(team, { token, client });
    return client;
  };
}

/** @param team that an organization's token is used for: Slack asks for it with each call that could mean another */
function clientFor(token: string, { apiUrl, logger }: SlackBotOptions, team: string | undefined): WebClient {
  return new WebClient(token, {
    ...(team !== undefined && { teamId: team }),
    ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
    logger: bridge(logger),
    // A refusal for haste is waited out as long as Slack says; what breaks is tried a few times more.
    retryConfig: { retries: 5, minTimeout: 200, maxTimeout: 5_000 },
    maxRequestConcurrency: 20,
  });
}
