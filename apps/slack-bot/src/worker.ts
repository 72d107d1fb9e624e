import { toAppError } from '@fumikura/errors';
import type { WebClient } from '@slack/web-api';
import { deliveryOf } from './delivery.ts';
import type { Delivery } from './delivery.ts';
import { handle } from './handle.ts';
import type { Inbox, Work } from './inbox.ts';
import type { Parts } from './parts.ts';
import { isGone } from './refusal.ts';
import { showTo, TakenOver } from './show.ts';
import { TEXTS } from './texts.ts';
import type { Workspaces } from './workspaces.ts';

export interface WorkerOptions {
  readonly parts: Parts;
  readonly workspaces: Workspaces;
  readonly clientOf: (team: string) => Promise<WebClient>;
  readonly inbox: Inbox;
}

/** Works on what was taken from Slack until it is answered or somebody is told that it is not. */
export interface Worker {
  begin(work: Work): void;
  /** What other processes, or this one, have left. */
  takeOver(): Promise<void>;
  /** Resolves when nothing is worked on, or the time is over. */
  ended(withinMs: number): Promise<void>;
}

/** Whoever did this waits for words. */
const SPOKEN = new Set<Delivery['kind']>(['question', 'command', 'shortcut', 'press']);

export function createWorker({ parts, workspaces, clientOf, inbox }: WorkerOptions): Worker {
  const { logger, signal } = parts;
  const running = new Set<Promise<void>>();
  const deal = async (delivery: Delivery, work: Work): Promise<void> => {
    switch (delivery.kind) {
      case 'ended':
        await workspaces.ended(delivery.what);
        return parts.identity.forgetAll();
      case 'access':
        await workspaces.accessChanged(delivery.change);
        return parts.identity.forgetAll();
      case 'account':
        return parts.identity.forget(delivery.where.user);
      default: {
        const { team } = delivery.where;
        const workspace = await workspaces.facts(team);
        return handle(delivery, work, { parts, client: await clientOf(team), workspace });
      }
    }
  };
  const answer = async (work: Work): Promise<void> => {
    const delivery = ofWork(work);
    if (delivery) await deal(delivery, work);
    await work.done();
  };
  /** What cannot be answered to anybody ends; anything else is tried again, as if its process had died. */
  const failed = async (work: Work, error: unknown): Promise<void> => {
    if (error instanceof TakenOver || signal.aborted) return;
    const { code, message } = toAppError(error);
    const { attempt } = work;
    if (isGone(error) || code === 'WORKSPACE_UNKNOWN') {
      logger.warn('slack.delivery.unanswerable', { code, message, attempt });
      return work.done();
    }
    logger.error('slack.delivery.failed', { code, message, attempt });
    await work.release();
  };
  const run = (work: Work, job: (work: Work) => Promise<void>): void => {
    const done = job(work)
      .catch((error: unknown) => failed(work, error))
      .catch((error: unknown) => logger.error('slack.inbox.failed', { message: toAppError(error).message }))
      .finally(() => running.delete(done));
    running.add(done);
  };
  const tell = async (work: Work, isGivenUp: boolean): Promise<void> => {
    const delivery = ofWork(work);
    if (!delivery || !SPOKEN.has(delivery.kind) || delivery.where.channel === '') return;
    const { where } = delivery;
    const { language } = await parts.identity.of(where.team, where.user);
    const { interrupted, givenUp } = TEXTS[language];
    if (!(await work.showing())) return;
    const { threadTs } = where;
    const to = {
      client: await clientOf(where.team),
      place: where,
      ...(threadTs !== undefined && { threadTs }),
    };
    await showTo(to, isGivenUp ? givenUp : interrupted);
  };
  const report = async (work: Work, isGivenUp: boolean): Promise<void> => {
    try {
      await tell(work, isGivenUp);
    } catch (error) {
      // Nobody can be told of it: a conversation that is gone, an app that was removed. That ends it, too.
      if (!isGivenUp) throw error;
      logger.error('slack.delivery.given-up', { message: toAppError(error).message });
    }
    await work.done();
  };
  return {
    begin: (work) => run(work, answer),
    takeOver: async () => {
      for (const { work, isGivenUp } of await inbox.abandoned()) {
        // What somebody who came in may not read stays on their screen until it is taken back: that is never given up.
        const isTellable = ofWork(work)?.kind !== 'joined' && (work.wasShowing || isGivenUp);
        run(work, isTellable ? () => report(work, isGivenUp) : answer);
      }
    },
    ended: async (withinMs) => {
      const late = new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref());
      await Promise.race([Promise.all(running), late]);
    },
  };
}

function ofWork({ body }: Work): Delivery | undefined {
  return deliveryOf(body as Record<string, unknown>);
}
