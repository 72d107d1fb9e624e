import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { difference } from './compare.ts';
import { headersFor, removeCollections } from './elsewhere.ts';
import type { ServerElsewhere } from './elsewhere.ts';
import { recordings } from './recordings.ts';
import type { Exchange } from './recordings.ts';
import { otherStatuses } from './replay.ts';

/** What a server may need before it answers as it was recorded: an optimiser at work, replicas behind, ms. */
const LONGEST_WAIT_MS = 40_000;
const BETWEEN_MS = 100;
/** Keys of bodies that name collections or aliases. */
const NAMING = new Set(['collection_name', 'alias_name', 'old_alias_name', 'new_alias_name', 'collection']);
const READS = /\/points(?:\/(?:query|query\/batch|query\/groups|scroll|count))?$/;

/**
 * Sends recorded exchanges of these scenarios to a server, under names of its own, and removes what it made.
 * @returns what differs, each with its scenario and place
 */
export async function replayElsewhere(server: ServerElsewhere, scenarios: RegExp): Promise<string[]> {
  const prefix = `replay_${randomUUID().slice(0, 8)}`;
  const wrong: string[] = [];
  try {
    for (const { name, exchanges } of recordings().filter((each) => scenarios.test(each.name)))
      for (const [place, exchange] of exchanges.entries()) {
        const found = await untilAlike(server, exchange, `${prefix}_`);
        if (found !== undefined) wrong.push(`${name} ${place}: ${found}`);
      }
  } finally {
    await removeCollections(server, prefix);
  }
  return wrong;
}

async function untilAlike(
  server: ServerElsewhere,
  exchange: Exchange,
  prefix: string,
): Promise<string | undefined> {
  const { method, path } = exchange;
  const mayRepeat = method === 'GET' || (method === 'POST' && READS.test(path));
  const end = Date.now() + LONGEST_WAIT_MS;
  for (;;) {
    const found = await askElsewhere(server, exchange, prefix);
    if (found === undefined || !mayRepeat || Date.now() > end) return found;
    await delay(BETWEEN_MS);
  }
}

async function askElsewhere(
  server: ServerElsewhere,
  exchange: Exchange,
  prefix: string,
): Promise<string | undefined> {
  const { method, query = {}, headers = {}, body, raw_body: text, unstable } = exchange;
  if (JSON.stringify([body, text]).includes('"<')) return undefined;
  const path = exchange.path.replace(/^\/collections\/(?!aliases$)/, `/collections/${prefix}`);
  const sent =
    text ?? (body === undefined || body === null ? undefined : JSON.stringify(named(body, prefix)));
  const answer = await fetch(`${server.url}${path}?${new URLSearchParams(query).toString()}`, {
    method,
    headers: { ...headersFor(server), ...headers },
    ...(sent !== undefined && { body: sent }),
  });
  const received = await answer.text();
  // The stand-in may be the server: what it leaves out it says aloud, and in no other way.
  if (answer.status === 501 && received.includes('the stand-in leaves out')) return undefined;
  if (![exchange.status, ...otherStatuses(exchange)].includes(answer.status))
    return `status ${answer.status} instead of ${exchange.status}: ${received.slice(0, 200)}`;
  if (unstable !== undefined) return undefined;
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
  const wanted = exchange.response ?? exchange.response_text ?? '';
  return difference(isJson ? ours(JSON.parse(received), prefix) : received, wanted);
}

/** A body whose collections and aliases have names of ours. */
function named(value: unknown, prefix: string): unknown {
  if (Array.isArray(value)) return value.map((each) => named(each, prefix));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      NAMING.has(key) && typeof each === 'string' ? `${prefix}${each}` : named(each, prefix),
    ]),
  );
}

/** An answer with the names as they were recorded, without collections and aliases of others. */
function ours(answer: unknown, prefix: string): unknown {
  const { result } = answer as { result?: { aliases?: object[]; collections?: object[] } | null };
  for (const kind of ['aliases', 'collections'] as const) {
    const list = result?.[kind];
    if (!list) continue;
    const own = list.filter((each) => JSON.stringify(each).includes(prefix));
    list.splice(0, list.length, ...own);
  }
  return JSON.parse(JSON.stringify(answer).replaceAll(prefix, ''));
}
