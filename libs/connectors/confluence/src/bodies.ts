import { setImmediate as turn } from 'node:timers/promises';
import type { Body, Item } from './items.ts';
import type { Reading } from './mapping.ts';
import type { Run } from './run.ts';

const IDS_AT_ONCE = 100;

interface Waiting {
  readonly resolve: (body: Body | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Bodies that are asked for at the same moment are read in one request. Only those that the engine does not know yet are
 * asked for at all. Nothing is kept once it is given.
 */
export function createReading({
  api,
  client,
  signal: passSignal,
}: Pick<Run, 'api' | 'client' | 'signal'>): Reading {
  const waiting = { page: new Map<string, Waiting[]>(), blogpost: new Map<string, Waiting[]>() };
  const flush = async (kind: 'page' | 'blogpost') => {
    await turn();
    const asked = new Map([...waiting[kind]].slice(0, IDS_AT_ONCE));
    for (const id of asked.keys()) waiting[kind].delete(id);
    if (asked.size === 0) return;
    try {
      const found = await api.contents(kind, [...asked.keys()], true, passSignal);
      const bodies = new Map(found.map(({ id, body }) => [id, body]));
      for (const [id, all] of asked) for (const { resolve } of all) resolve(bodies.get(id));
    } catch (error) {
      for (const all of asked.values()) for (const { reject } of all) reject(error);
    }
  };
  const body = async (item: Item, signal: AbortSignal): Promise<Body | undefined> => {
    const { kind, id } = item;
    if (kind !== 'page' && kind !== 'blogpost') return (await api.single(kind, id, signal))?.body;
    return new Promise((resolve, reject) => {
      waiting[kind].set(id, [...(waiting[kind].get(id) ?? []), { resolve, reject }]);
      void flush(kind);
    });
  };
  return { body, file: (path, signal) => client.bytes(path, signal) };
}
