import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import type { WebhookDelivery, WebhookNews } from '@fumikura/ports';
import type { GithubConfig } from './config.ts';
import { itemId } from './mapping.ts';
import type { ItemKind } from './mapping.ts';
import { numberIn, readPush } from './push.ts';
import type { Payload } from './push.ts';

type Due = WebhookNews['due'];

/** What deliveries of each event lead to beside the items they name. */
const DUE: Readonly<Record<string, Due>> = {
  public: ['access', 'content'],
  repository: ['access', 'content'],
  member: ['access', 'directory'],
  team: ['access', 'directory'],
  team_add: ['access', 'directory'],
  membership: ['access', 'directory'],
  organization: ['access', 'directory'],
  installation: ['content', 'access', 'directory'],
  installation_repositories: ['content', 'access', 'directory'],
  installation_target: ['content', 'access', 'directory'],
};

/** Where the item stands in a payload, by event. */
const ITEMS: Readonly<Record<string, readonly [field: string, kind: ItemKind, id: 'number' | 'id']>> = {
  issues: ['issue', 'issue', 'number'],
  issue_comment: ['issue', 'issue', 'number'],
  sub_issues: ['sub_issue', 'issue', 'number'],
  pull_request: ['pull_request', 'issue', 'number'],
  pull_request_review: ['pull_request', 'issue', 'number'],
  pull_request_review_comment: ['pull_request', 'issue', 'number'],
  pull_request_review_thread: ['pull_request', 'issue', 'number'],
  discussion: ['discussion', 'discussion', 'number'],
  discussion_comment: ['discussion', 'discussion', 'number'],
  release: ['release', 'release', 'id'],
};

/** Signed over the raw bytes; a delivery says what to read again, and nothing of it is believed. @throws WEBHOOK_REFUSED */
export function readDelivery(config: GithubConfig, { headers, body }: WebhookDelivery): WebhookNews {
  const secret = config.webhookSecret?.reveal();
  if (secret === undefined) throw refused('no secret is configured');
  if (!isSigned(headers['x-hub-signature-256'], secret, body)) throw refused('wrong signature');
  const event = headers['x-github-event'] ?? '';
  const payload = parse(headers['content-type'] ?? '', body);
  const deliveryId = headers['x-github-delivery'];
  const news =
    event === 'push'
      ? readPush(config, payload)
      : { items: itemsOf(config, event, payload), due: DUE[event] ?? [] };
  return { ...(deliveryId && { deliveryId }), ...news };
}

function itemsOf(config: GithubConfig, event: string, payload: Payload): readonly DocumentId[] {
  const [field, kind, by] = ITEMS[event] ?? [];
  const repository = numberIn(payload['repository'], 'id');
  if (!field || !kind || !by || repository === undefined) return [];
  const number = numberIn(payload[field], by);
  return number === undefined ? [] : [itemId(config, repository, kind, number)];
}

/** In constant time, whatever was sent. */
function isSigned(given: string | undefined, secret: string, body: Uint8Array): boolean {
  const expected = createHmac('sha256', secret).update(body).digest();
  const found = Buffer.from(/^sha256=([0-9a-f]{64})$/iu.exec(given ?? '')?.[1] ?? '', 'hex');
  const isWhole = found.length === expected.length;
  return timingSafeEqual(isWhole ? found : Buffer.alloc(expected.length), expected) && isWhole;
}

/** JSON, or a form with JSON in it: a webhook may be set up either way. */
function parse(mediaType: string, body: Uint8Array): Payload {
  const text = new TextDecoder().decode(body);
  try {
    const isForm = mediaType.includes('x-www-form-urlencoded');
    const value: unknown = JSON.parse(isForm ? (new URLSearchParams(text).get('payload') ?? '') : text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Payload;
  } catch {
    throw refused('the body is no JSON');
  }
  throw refused('the body is no object');
}

function refused(why: string): AppError {
  return new AppError('WEBHOOK_REFUSED', 'permission', `delivery refused: ${why}`, {
    publicMessage: 'The delivery was refused.',
  });
}
