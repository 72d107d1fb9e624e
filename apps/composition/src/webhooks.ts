import { toAppError } from '@fumikura/errors';
import type { Catalog, Connector, JobRecord, WebhookNews } from '@fumikura/ports';
import type { TakeDelivery } from '@fumikura/server';

export interface WebhookOptions {
  readonly connectors: readonly Connector[];
  /** Something is to be read again. */
  readonly onNews: () => void;
}

/** How often it is written down that all is well. */
const NOTE_EVERY_MS = 60_000;

/** What takes the deliveries of each source that has any. */
export function webhooksOf(
  catalog: Catalog,
  { connectors, onNews }: WebhookOptions,
): Map<string, TakeDelivery> {
  return new Map(
    connectors.flatMap((connector) =>
      connector.webhook ? [[connector.id, takerOf(catalog, connector, onNews)] as const] : [],
    ),
  );
}

function takerOf(catalog: Catalog, connector: Connector, onNews: () => void): TakeDelivery {
  const note = notes(catalog, connector);
  return async (delivery) => {
    try {
      const news = await connector.webhook?.(delivery);
      if (!news) return undefined;
      if (await catalog.request(connector.id, requestOf(connector, news))) onNews();
      await note(undefined);
      return news.reply;
    } catch (cause) {
      await note(toAppError(cause).message);
      throw cause;
    }
  };
}

/** Where single items cannot be read again, the next pass finds them. */
function requestOf(connector: Connector, { deliveryId, items, due }: WebhookNews) {
  const canRefresh = connector.refresh !== undefined;
  return {
    items: canRefresh ? items : [],
    passes: canRefresh || items.length === 0 ? due : [...new Set([...due, 'content' as const])],
    ...(deliveryId !== undefined && { deliveryId }),
  };
}

/** Writes down how deliveries went: each refusal in a row is counted, but not each of a flood is written. */
function notes(catalog: Catalog, { id }: Connector): (refused: string | undefined) => Promise<void> {
  let failures = 0;
  let writtenAt = -Infinity;
  let wasRefused = false;
  return async (refused) => {
    failures = refused === undefined ? 0 : failures + 1;
    const now = Date.now();
    const isNews = wasRefused !== (refused !== undefined);
    wasRefused = refused !== undefined;
    if (!isNews && now - writtenAt < NOTE_EVERY_MS) return;
    writtenAt = now;
    const at = new Date(now).toISOString();
    const record: JobRecord = {
      source: id,
      pass: 'webhook',
      outcome: refused === undefined ? 'completed' : 'failed',
      startedAt: at,
      endedAt: at,
      failures,
      ...(refused !== undefined && { reason: refused }),
    };
    await catalog.putJob(record);
  };
}
