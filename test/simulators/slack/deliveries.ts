import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SlackServer } from './server.ts';

export const SIGNING_SECRET = 'simulated-signing-secret';
const ACKNOWLEDGED_WITHIN_MS = 3_000;
/** Slack tries again at once, after a minute and after five. */
const RETRIES_MS = [0, 60_000, 300_000];

export interface Delivered {
  readonly isAcknowledged: boolean;
  readonly attempts: number;
  /** Of the attempt that was taken. */
  readonly afterMs: number;
  /** What the app answered with, for interactions and commands. */
  readonly body: unknown;
  readonly status?: number;
}

export interface Deliveries {
  event(payload: object): Promise<Delivered>;
  /** `block_actions`, `view_submission`, `message_action`: once, as Slack does. */
  interaction(payload: object): Promise<Delivered>;
  command(payload: Readonly<Record<string, string>>): Promise<Delivered>;
}

/** `speed`: how much faster the waits between repeats pass. */
export function overSocket({ sockets }: SlackServer, speed = 1): Deliveries {
  const once = async (
    type: 'events_api' | 'interactive' | 'slash_commands',
    payload: object,
    attempt = 0,
  ) => {
    const said = await sockets.send(
      { type, payload, ...(attempt > 0 && { retryAttempt: attempt, retryReason: 'timeout' }) },
      ACKNOWLEDGED_WITHIN_MS,
    );
    const taken = typeof said === 'object';
    return { isTaken: taken, afterMs: taken ? said.afterMs : 0, body: taken ? said.payload : undefined };
  };
  return {
    event: (payload) => repeated((attempt) => once('events_api', payload, attempt), speed),
    interaction: (payload) => repeated(() => once('interactive', payload), speed, []),
    command: (payload) => repeated(() => once('slash_commands', payload), speed, []),
  };
}

/** To one of the addresses in turn, as a load balancer hands requests out. */
export function overHttp(urls: () => readonly string[], speed = 1): Deliveries {
  let turn = 0;
  const once = async (type: string, body: string, attempt = 0) => {
    const started = performance.now();
    const all = urls();
    const url = all[turn++ % Math.max(1, all.length)];
    if (url === undefined) return { isTaken: false, afterMs: 0, body: undefined };
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body,
        headers: {
          'content-type': type,
          ...signed(body),
          ...(attempt > 0 && {
            'x-slack-retry-num': String(attempt),
            'x-slack-retry-reason': 'http_timeout',
          }),
        },
        signal: AbortSignal.timeout(ACKNOWLEDGED_WITHIN_MS),
      });
      const text = await answer.text();
      return { isTaken: answer.ok, afterMs: performance.now() - started, body: text, status: answer.status };
    } catch {
      return { isTaken: false, afterMs: 0, body: undefined };
    }
  };
  const form = (fields: Readonly<Record<string, string>>) => new URLSearchParams(fields).toString();
  return {
    event: (payload) =>
      repeated((attempt) => once('application/json', JSON.stringify(payload), attempt), speed),
    interaction: (payload) =>
      repeated(() => once(FORM, form({ payload: JSON.stringify(payload) })), speed, []),
    command: (payload) => repeated(() => once(FORM, form(payload)), speed, []),
  };
}

const FORM = 'application/x-www-form-urlencoded';

export function signed(
  body: string,
  { secret = SIGNING_SECRET, at = Math.floor(Date.now() / 1_000) }: { secret?: string; at?: number } = {},
): Record<string, string> {
  const signature = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(at), 'x-slack-signature': `v0=${signature}` };
}

interface Attempt {
  readonly isTaken: boolean;
  readonly afterMs: number;
  readonly body: unknown;
  readonly status?: number;
}

async function repeated(
  attempt: (number: number) => Promise<Attempt>,
  speed: number,
  waits: readonly number[] = RETRIES_MS,
): Promise<Delivered> {
  let last = await attempt(0);
  let attempts = 1;
  for (const wait of waits) {
    if (last.isTaken) break;
    await delay(wait / speed);
    last = await attempt(attempts++);
  }
  const { isTaken, ...facts } = last;
  return { isAcknowledged: isTaken, attempts, ...facts };
}
