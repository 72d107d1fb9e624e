import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';

/** A delivery as it came: signatures are of these bytes. */
export interface Delivery {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Verifies a delivery and makes durable what it asks for, within a second or two: whoever sends it waits.
 * @returns what is sent back as plain text, if anything; rejects with WEBHOOK_REFUSED for what proves nothing
 */
export type TakeDelivery = (delivery: Delivery) => Promise<string | undefined>;

/** `/webhooks/<source id>` */
export const WEBHOOKS_PATH = '/webhooks/';
/** Above what any of the sources sends. */
const MAX_BODY_BYTES = 10 * 1_024 * 1_024;

/** Deliveries of sources. Their signatures prove them, so neither the caller's name nor the host it asked for counts. */
export function createWebhooks(sources: ReadonlyMap<string, TakeDelivery>, logger: Logger) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const source = nameIn(url.pathname);
    const take = sources.get(source);
    if (!take) return answer(response, 404, 'No source takes webhooks here.');
    if (request.method !== 'POST') return answer(response, 405, 'Deliveries are sent by POST.');
    const body = await bodyOf(request);
    if (!body) return answer(response, 413, `A delivery has at most ${MAX_BODY_BYTES} bytes.`);
    try {
      const reply = await take({ headers: headersOf(request), query: queryOf(url), body });
      answer(response, reply === undefined ? 202 : 200, reply ?? 'Accepted.');
    } catch (cause) {
      const { code, kind, message } = toAppError(cause);
      if (code === 'WEBHOOK_REFUSED' || kind === 'invalid-input') {
        logger.warn('webhook.refused', { sourceId: source, message });
        return answer(response, 401, 'Refused.');
      }
      const reference = randomUUID();
      logger.error('webhook.failed', { sourceId: source, reference, message });
      answer(response, 500, `Something went wrong here. Reference: ${reference}.`);
    }
  };
}

function nameIn(path: string): string {
  try {
    return decodeURIComponent(path.slice(WEBHOOKS_PATH.length));
  } catch {
    return '';
  }
}

/** Undefined when it is too long; what is left of it is not read. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return undefined;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

/** The first of each: what is asked for twice is no valid delivery anyway. */
function queryOf({ searchParams }: URL): Record<string, string> {
  return Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.get(name) ?? '']));
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    // What was not read of a request would be taken for the next one.
    ...(status === 413 && { connection: 'close' }),
  });
  response.end(text);
}
