import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import type { WebhookDelivery, WebhookNews } from '@fumikura/ports';
import type { GraphClient } from './client.ts';
import type { SharepointConfig } from './config.ts';
import type { Subscription } from './graph-types.ts';

interface Notice {
  readonly clientState?: unknown;
  readonly lifecycleEvent?: unknown;
}

const MAX_NOTICES = 10_000;

/**
 * Graph signs nothing: a notice is proved by the secret it was given with the subscription. It tells that a library
 * changed, not what. Lifecycle notices lead to the same pass, whose beginning renews and makes subscriptions.
 */
export function readNotices(config: SharepointConfig, { query, body }: WebhookDelivery): WebhookNews {
  const token = query.validationToken;
  if (token !== undefined) return { items: [], due: [], reply: token };
  const expected = config.webhook?.clientState.reveal();
  if (expected === undefined) throw refused('no subscription is configured');
  const notices = parse(body);
  if (!notices.every(({ clientState }) => isEqual(clientState, expected))) throw refused('wrong clientState');
  const isMissed = notices.some(({ lifecycleEvent }) => lifecycleEvent === 'missed');
  return { items: [], due: isMissed ? ['content', 'access'] : ['content'] };
}

function parse(body: Uint8Array): readonly Notice[] {
  try {
    const value: unknown = (JSON.parse(new TextDecoder().decode(body)) as { value?: unknown } | null)?.value;
    if (Array.isArray(value) && value.length > 0 && value.length <= MAX_NOTICES)
      return value.map((each) => (typeof each === 'object' && each !== null ? (each as Notice) : {}));
  } catch {
    throw refused('the body is no JSON');
  }
  throw refused('the body holds no notices');
}

/** In constant time, whatever the lengths. */
function isEqual(given: unknown, expected: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(hash(given), hash(expected));
}

function refused(why: string): AppError {
  return new AppError('WEBHOOK_REFUSED', 'permission', `notice refused: ${why}`, {
    publicMessage: 'The delivery was refused.',
  });
}

const DAY_MS = 86_400_000;

/** One subscription a library, made when missing, renewed when a third of its time is left. */
export async function keepSubscriptions(
  client: GraphClient,
  config: SharepointConfig,
  drives: readonly string[],
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  if (!config.webhook) return;
  const { url, clientState, days } = config.webhook;
  const own = new Map<string, Subscription>();
  for await (const page of client.pages<Subscription>('subscriptions', {}, signal))
    for (const each of page.value ?? [])
      if (each.notificationUrl === url && each.resource)
        own.set(each.resource.replace(/^\//u, '').toLowerCase(), each);
  const expirationDateTime = new Date(nowMs + days * DAY_MS).toISOString();
  for (const drive of drives) {
    const resource = `drives/${drive}/root`;
    const found = own.get(resource.toLowerCase());
    const leftMs = found ? Date.parse(found.expirationDateTime ?? '') - nowMs : 0;
    if (leftMs > (days * DAY_MS) / 3) continue;
    if (found && leftMs > 0)
      await client.send(
        'PATCH',
        `subscriptions/${encodeURIComponent(found.id)}`,
        { expirationDateTime },
        signal,
      );
    else
      await client.send(
        'POST',
        'subscriptions',
        {
          changeType: 'updated',
          notificationUrl: url,
          lifecycleNotificationUrl: url,
          resource,
          expirationDateTime,
          clientState: clientState.reveal(),
        },
        signal,
      );
  }
}
