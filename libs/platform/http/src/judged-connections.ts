import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import type { Agent } from 'undici';
import { refuseAddresses } from './redirects.ts';
import type { Resolve } from './redirects.ts';

/** What `fetch` takes as `dispatcher`. */
export type Dispatcher = NonNullable<RequestInit['dispatcher']>;

/**
 * Connections to hosts beside the source's own, judged by the very addresses that they are made to: the owner of a name cannot
 * answer one thing when it is judged and another one when it is connected to. Made when the first is needed.
 */
export function judgedConnections(home: URL, resolve?: Resolve): () => Promise<Dispatcher> {
  let agent: Promise<Agent> | undefined;
  // Of no one request: kept for the next.
  const make = async () => {
    const { Agent } = await import('undici');
    return new Agent({ connect: { lookup: judgedLookup(home, resolve) } });
  };
  return async () => (await (agent ??= make())) as unknown as Dispatcher;
}

type Callback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

function judgedLookup(home: URL, resolve?: Resolve) {
  return (hostname: string, options: LookupOptions, callback: Callback): void => {
    const addressesOf = resolve ? resolved(resolve) : system(options);
    addressesOf(hostname)
      .then(async (found) => {
        await refuseAddresses(
          { host: hostname, addresses: found.map(({ address }) => address) },
          home,
          resolve,
        );
        const [first] = found;
        if (options.all === true || !first) callback(null, found);
        else callback(null, first.address, first.family);
      })
      .catch((error: unknown) => callback(error as Error, []));
  };
}

function system(options: LookupOptions) {
  return (hostname: string) =>
    new Promise<LookupAddress[]>((settle, reject) => {
      systemLookup(hostname, { ...options, all: true }, (error, found) => {
        if (error) reject(error);
        else settle(found);
      });
    });
}

function resolved(resolve: Resolve) {
  return async (hostname: string): Promise<LookupAddress[]> =>
    (await resolve(hostname)).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}
