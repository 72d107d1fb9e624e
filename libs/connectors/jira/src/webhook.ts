import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import type { WebhookDelivery, WebhookNews } from '@fumikura/ports';
import type { JiraConfig } from './config.ts';
import { issueId } from './mapping.ts';

/** Events of an issue name it; every other may change what any of them says or who reads it. */
const WIDE: readonly (readonly [RegExp, WebhookNews['due']])[] = [
  [/^project_/u, ['content', 'access', 'census']],
  [/^user_/u, ['directory']],
  [
    /^(?:jira:version|option_|sprint_|board_|issuelink|attachment|comment|worklog|jira:worklog|issue_property)/u,
    ['content'],
  ],
];

/** Signed by HMAC SHA-256 over the bytes as they came. What a delivery says is a hint: its issues are read again. */
export function readDelivery(config: JiraConfig, { headers, body }: WebhookDelivery): WebhookNews {
  const secret = config.webhook?.secret.reveal();
  if (secret === undefined) throw refused('no webhook is configured');
  const expected = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  if (!isEqual(headers['x-hub-signature'], expected)) throw refused('wrong signature');
  const event = parse(body);
  const deliveryId = headers['x-atlassian-webhook-identifier'];
  const items = issuesOf(event).map((id): DocumentId => issueId(config, id));
  const wide = WIDE.find(([pattern]) => pattern.test(String(event['webhookEvent'] ?? '')))?.[1] ?? [
    'content',
  ];
  return { ...(deliveryId && { deliveryId }), items, due: items.length > 0 ? [] : wide };
}

type Event = Readonly<Record<string, unknown>>;

function parse(body: Uint8Array): Event {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Event;
  } catch {
    throw refused('the body is no JSON');
  }
  throw refused('the body is no event');
}

function issuesOf({ issue, worklog, comment, issueLink }: Event): string[] {
  const of = (value: unknown, name: string) => (value as Event | null | undefined)?.[name];
  const ids = [
    of(issue, 'id'),
    of(worklog, 'issueId'),
    of(comment, 'issueId'),
    of(issueLink, 'sourceIssueId'),
    of(issueLink, 'destinationIssueId'),
  ];
  return [...new Set(ids.map(String))].filter((id) => /^\d+$/u.test(id));
}

/** In constant time, whatever the lengths. */
function isEqual(given: string | undefined, expected: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(hash(given.toLowerCase()), hash(expected));
}

function refused(why: string): AppError {
  return new AppError('WEBHOOK_REFUSED', 'permission', `delivery refused: ${why}`, {
    publicMessage: 'The delivery was refused.',
  });
}
