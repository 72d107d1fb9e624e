import { setImmediate as turn } from 'node:timers/promises';
import { AppError } from '@fumikura/errors';
import type { Body, Item } from './items.ts';
import type { Reading } from './mapping.ts';
import type { Run } from './run.ts';
import { isTooLarge } from './walk.ts';

const IDS_AT_ONCE = 100;

interface Waiting {
  readonly resolve: (body: Body | undefined) => void;
  readonly reject: (error: unknown) => void;
}
type Asked = readonly (readonly [id: string, waiting: readonly Waiting[]])[];

/**
 * Bodies that are asked for at the same moment are read in one request. Only those that the engine does not know yet are
 * asked for at all. Nothing is kept once it is given.
 */
export function createReading({
  api,
  client,
  config,
  signal: passSignal,
}: Pick<Run, 'api' | 'client' | 'config' | 'signal'>): Reading {
  const waiting = { page: new Map<string, Waiting[]>(), blogpost: new Map<string, Waiting[]>() };

  /** Halved until each part fits: one body that is too large is the failure of that item alone. */
  const read = async (kind: 'page' | 'blogpost', asked: Asked): Promise<void> => {
    try {
      const ids = asked.map(([id]) => id);
      const found = await api.contents(kind, ids, true, passSignal);
      const bodies = new Map(found.map(({ id, body }) => [id, body]));
      for (const [id, all] of asked) for (const { resolve } of all) resolve(bodies.get(id));
    } catch (error) {
      if (isTooLarge(error) && asked.length > 1) {
        const half = Math.ceil(asked.length / 2);
        await read(kind, asked.slice(0, half));
        return read(kind, asked.slice(half));
      }
      for (const [, all] of asked) for (const { reject } of all) reject(error);
    }
  };

  const flush = async (kind: 'page' | 'blogpost') => {
    await turn();
    const asked = [...waiting[kind]].slice(0, IDS_AT_ONCE);
    for (const [id] of asked) waiting[kind].delete(id);
    if (asked.length > 0) await read(kind, asked);
  };

  return {
    body: async ({ kind, id }: Item, signal) => {
      if (kind !== 'page' && kind !== 'blogpost') return (await api.single(kind, id, signal))?.body;
      return new Promise((resolve, reject) => {
        waiting[kind].set(id, [...(waiting[kind].get(id) ?? []), { resolve, reject }]);
        void flush(kind);
      });
    },
    file: async (path, signal) => {
      const bytes = await client.bytes(path, signal);
      // What the listing said of its size is a claim.
      if (bytes.length > config.maxFileBytes) throw larger(bytes.length, config.maxFileBytes);
      return bytes;
    },
    saveFile: (path, to, signal) => client.file(path, to, signal),
  };
}

function larger(bytes: number, most: number): AppError {
  return new AppError('SOURCE_ANSWER_TOO_LARGE', 'invalid-input', `${bytes} bytes, at most ${most}`, {
    publicMessage: `The file has ${bytes} bytes; at most ${most} are read (maxFileBytes).`,
  });
}
