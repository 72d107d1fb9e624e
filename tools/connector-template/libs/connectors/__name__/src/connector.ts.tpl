import { AppError } from '@fumikura/errors';
import type { HttpClient, HttpClock } from '@fumikura/http';
import type { Connector, SourceCheck, SyncBatch } from '@fumikura/ports';
import { create__Name__Client } from './client.ts';
import type { __Name__Config } from './config.ts';
import { toDocument } from './mapping.ts';
import type { __Name__Item } from './mapping.ts';
import { readersOf } from './readers.ts';

export interface __Name__Deps {
  readonly clock?: HttpClock;
}

/** What the next pull begins after: small, and a value of JSON. */
export type __Name__Checkpoint = { readonly after: string };

export function create__Name__Connector(
  config: __Name__Config,
  { clock }: __Name__Deps = {},
): Connector<__Name__Checkpoint> {
  const client = create__Name__Client(config, clock);
  return {
    id: config.id,
    removals: 'reported',
    check: (signal) => check(client, signal),
    pull: (from, signal) => pull(config, client, from, signal),
  };
}

/** Signs in, and tells as whom we read, what there is, and which rights are missing. */
async function check(_client: HttpClient, _signal: AbortSignal): Promise<SourceCheck> {
  throw notWritten('check');
}

/** Changes after the checkpoint, oldest first, a page at a time. */
async function* pull(
  config: __Name__Config,
  client: HttpClient,
  from: __Name__Checkpoint | undefined,
  signal: AbortSignal,
): AsyncGenerator<SyncBatch<__Name__Checkpoint>> {
  const items = await itemsAfter(client, from, signal);
  const { acl, lists } = readersOf(config.id);
  yield {
    changes: [
      ...lists.map((list) => ({ kind: 'list', list }) as const),
      ...items.map((item) => ({ kind: 'upsert', document: toDocument(config.id, item, acl) }) as const),
    ],
    checkpoint: { after: items.at(-1)?.version ?? from?.after ?? '' },
  };
}

async function itemsAfter(
  _client: HttpClient,
  _from: __Name__Checkpoint | undefined,
  _signal: AbortSignal,
): Promise<readonly __Name__Item[]> {
  throw notWritten('pull');
}

function notWritten(what: string): AppError {
  return new AppError('UNEXPECTED', 'internal', `${what} of __Name__ is not written yet`);
}
