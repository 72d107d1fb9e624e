import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import { documentId } from '@fumikura/model';
import type { DocumentId } from '@fumikura/model';
import type { WebhookDelivery, WebhookNews } from '@fumikura/ports';
import type { ConfluenceConfig } from './config.ts';

interface Delivered {
  readonly event?: unknown;
  readonly [part: string]: unknown;
}

/** What a delivery names, and as what it is known here. */
const PARTS: Readonly<Record<string, string>> = {
  page: 'page',
  blog: 'blogpost',
  comment: 'comment',
  attachment: 'attachment',
};

/**
 * Data Center signs the bytes. A delivery tells which item to look at; changes of rights and places concern what lies
 * below too, which the permission pass reads.
 */
export function readDelivery(config: ConfluenceConfig, { headers, body }: WebhookDelivery): WebhookNews {
  const secret = config.webhook?.secret.reveal();
  if (secret === undefined) throw refused('no secret is configured');
  const given = headers['x-hub-signature'] ?? '';
  const expected = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  if (!isEqual(given, expected)) throw refused('wrong signature');
  const delivered = parse(body);
  const event = typeof delivered.event === 'string' ? delivered.event : '';
  const isWide = /permission|moved|space_|group_|user_/u.test(event);
  const isOfPeople = /^(?:group|user)_/u.test(event);
  return {
    items: itemsOf(config, delivered),
    due: [...(isWide ? (['access'] as const) : []), ...(isOfPeople ? (['directory'] as const) : [])],
  };
}

function itemsOf(config: ConfluenceConfig, delivered: Delivered): DocumentId[] {
  return Object.entries(PARTS).flatMap(([part, kind]) => {
    const { id } = (delivered[part] ?? {}) as { readonly id?: unknown };
    return typeof id === 'string' || typeof id === 'number' ? [documentId(config.id, `${kind}/${id}`)] : [];
  });
}

function parse(body: Uint8Array): Delivered {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof value === 'object' && value !== null) return value as Delivered;
  } catch {
    throw refused('the body is no JSON');
  }
  throw refused('the body is no object');
}

/** In constant time for equal lengths; what a signature is long is no secret. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(why: string): AppError {
  return new AppError('WEBHOOK_REFUSED', 'permission', `delivery refused: ${why}`, {
    publicMessage: 'The delivery was refused.',
  });
}
