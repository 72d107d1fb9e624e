import { AppError } from '@fumikura/errors';
import type { Schemas } from '@qdrant/js-client-rest';
import { untilAborted } from './aborting.ts';
import type { Call } from './client.ts';
import type { Filter } from './filter.ts';

/** Points whose payload or vectors are changed in one request: the server takes about a millisecond for each. */
export const CHANGED_AT_ONCE = 1_000;

/** Where points lie. */
export interface Place {
  readonly call: Call;
  readonly collection: string;
}

type Filtered<T> = Omit<T, 'filter'> & { readonly filter?: Filter };

export interface Page {
  readonly points: readonly Schemas['Record'][];
  readonly isLast: boolean;
}

/** Points in the order of their ids; without payload and vectors unless asked for. */
export async function* pagesOf(
  { call, collection }: Place,
  wanted: Filtered<Omit<Schemas['ScrollRequest'], 'offset'>>,
  signal?: AbortSignal,
): AsyncGenerator<Page> {
  let offset: Schemas['ScrollResult']['next_page_offset'];
  do {
    const body = JSON.stringify({ with_payload: false, ...wanted, offset: offset ?? undefined });
    const asked = call((_, send) => send('POST', `/collections/${collection}/points/scroll`, body));
    const page = (await (signal ? untilAborted(asked, signal) : asked)) as Schemas['ScrollResult'];
    offset = page.next_page_offset ?? undefined;
    yield { points: page.points, isLast: offset === undefined };
  } while (offset !== undefined);
}

/** One answer a search, in their order. */
export async function queryPoints(
  { call, collection }: Place,
  searches: readonly Filtered<Schemas['QueryRequest']>[],
): Promise<readonly Schemas['QueryResponse'][]> {
  const body = JSON.stringify({ searches });
  const answers = await call((_, send) =>
    send('POST', `/collections/${collection}/points/query/batch`, body),
  );
  return answers as readonly Schemas['QueryResponse'][];
}

/**
 * Resolves when the change can be seen. @param body an object, or bytes that are JSON already
 * @throws AppError STORE_UNREACHABLE (transient) also for one whose wait ran out, which is answered like one that was done
 */
export async function change(
  { call, collection }: Place,
  path: '' | '/delete' | '/batch' | '/vectors' | '/vectors/delete',
  body: object,
  method: 'POST' | 'PUT' = 'POST',
): Promise<void> {
  const sent = body instanceof Uint8Array ? body : JSON.stringify(body);
  const done = await call((_, send) =>
    send(method, `/collections/${collection}/points${path}?wait=true`, sent),
  );
  for (const each of [done].flat() as Schemas['UpdateResult'][]) requireCompleted(each);
}

function requireCompleted({ status }: Schemas['UpdateResult']): void {
  if (status === 'completed') return;
  throw new AppError('STORE_UNREACHABLE', 'transient', `a write was only ${status}`, {
    publicMessage: 'The search index did not finish a write in time. Try again.',
  });
}
