import type { SimulatedAnswer } from '../kit/simulator.ts';
import type { GraphWorld } from './world.ts';

const DIRECTORY_PAGE = 50;

export interface Changed {
  readonly id: string;
  readonly changedAt: number;
}

export interface Paging {
  paged(value: readonly unknown[], path: string, query: URLSearchParams): SimulatedAnswer;
  /** What changed since a token, and the next token. */
  delta(
    path: string,
    query: URLSearchParams,
    items: readonly Changed[],
    tombstones: ReadonlyMap<string, number>,
  ): SimulatedAnswer;
}

/** @param address where the service runs, known once it does @param pageSize items of a page of delta */
export function createPaging(world: GraphWorld, address: () => string, pageSize: number): Paging {
  const link = (path: string, token: string) => `${address()}/v1.0/${encodeURI(path)}?${token}`;
  const paged = (value: readonly unknown[], path: string, query: URLSearchParams): SimulatedAnswer => {
    const skip = Number(query.get('$skiptoken') ?? 0);
    const next = link(path, `$skiptoken=${skip + DIRECTORY_PAGE}`);
    return ok({
      value: value.slice(skip, skip + DIRECTORY_PAGE),
      ...(skip + DIRECTORY_PAGE < value.length && { '@odata.nextLink': next }),
    });
  };
  const delta = (
    path: string,
    query: URLSearchParams,
    items: readonly Changed[],
    tombstones: ReadonlyMap<string, number>,
  ): SimulatedAnswer => {
    const since = Number(query.get('token')?.split('-')[0] ?? 0);
    const skip = Number(query.get('token')?.split('-')[1] ?? 0);
    const upTo = Number(query.get('token')?.split('-')[2] ?? world.revision);
    const linkTo = (token: string) => link(path, `token=${token}`);
    if (since > 0 && since < world.oldestToken)
      return { ...refusal(410, 'resyncRequired'), headers: { location: linkTo(`0-0-${world.revision}`) } };
    const gone = [...tombstones]
      .filter(([, at]) => since > 0 && at > since)
      .map(([id]) => ({ id, deleted: { state: 'deleted' } }));
    const changed = items
      .filter(({ changedAt }) => changedAt > since)
      .map(({ changedAt: _changedAt, ...item }) => item);
    const all = [...gone, ...changed];
    const page = all.slice(skip, skip + pageSize);
    // The last of a page comes again with the next one.
    const again = skip > 0 ? all.slice(skip - 1, skip) : [];
    const isLast = skip + pageSize >= all.length;
    return ok({
      value: [...again, ...page],
      ...(isLast
        ? { '@odata.deltaLink': linkTo(`${upTo}`) }
        : { '@odata.nextLink': linkTo(`${since}-${skip + pageSize}-${upTo}`) }),
    });
  };
  return { paged, delta };
}

export function ok(body: unknown): SimulatedAnswer {
  return { status: 200, body };
}

export function refusal(status: number, code: string): SimulatedAnswer {
  return { status, body: { error: { code, message: code } } };
}
