import { AppError } from '@fumikura/errors';
import type { JsonValue } from '@fumikura/model';
import { entriesOf } from '@fumikura/ports';
import type { DirectoryReading, PeopleStore, SharedState, StateEntry } from '@fumikura/ports';
import { KINDS, PEOPLE_SPACE } from './entries.ts';
import type { Entries, Kind } from './entries.ts';
import { KnownPeople } from './known-people.ts';
import { editPeople } from './people-edit.ts';
import type { Changes } from './people-edit.ts';

const HEAD = 'head';
const LOG = 'log/';
/** How long other processes can follow a change entry by entry; beyond, they read everything again. */
const LOG_KEPT_MS = 3_600_000;
/** Entries of a change, and changes, up to which following is cheaper than reading everything. */
const MAX_FOLLOWED = 500;
const ATTEMPTS = 50;

/**
 * People over the shared state of an installation. One entry counts the changes, and each change replaces it: of two processes
 * that change people at the same time one begins again. Everybody is held in memory; what others changed is read by entry.
 */
export function createPeopleStore(state: SharedState, now: () => number = Date.now): PeopleStore {
  const known = new KnownPeople();
  let count = 0;
  /** Of the head; undefined after a change of our own, which tells no version. */
  let version: number | undefined = 0;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };

  /** What is read while others write is of several moments: it is gone over until nothing came in between. */
  const refresh = async () => {
    for (let attempt = 1; ; attempt++) {
      const head = await state.get(PEOPLE_SPACE, HEAD);
      const { at, version: next } = stateOf(head);
      if (at === count && (version ?? next) === next) {
        version = next;
        return;
      }
      if (attempt > ATTEMPTS) throw busy();
      const news = at > count ? await newsUpTo(state, count, at) : undefined;
      if (news) for (const [key, value] of news) known.set(key, value);
      else await readAll(state, known);
      [count, version] = [at, next];
    }
  };

  const commit = async (changes: Changes): Promise<boolean> => {
    const puts = [...changes].flatMap(([key, value]) =>
      value === undefined ? [] : [{ key, value: json(value) }],
    );
    const removals = [...changes].flatMap(([key, value]) => (value === undefined ? [key] : []));
    const keys = changes.size > MAX_FOLLOWED ? null : [...changes.keys()];
    const isDone = await state.change(PEOPLE_SPACE, {
      puts: [
        { key: HEAD, value: { at: count + 1 }, expected: version ?? 0 },
        { key: logKey(count + 1), value: keys, expiresAt: now() + LOG_KEPT_MS },
        ...puts,
      ],
      removals,
    });
    if (!isDone) return false;
    for (const [key, value] of changes) known.set(key, value);
    [count, version] = [count + 1, undefined];
    return true;
  };

  return {
    version: async () => stateOf(await state.get(PEOPLE_SPACE, HEAD)).version,
    read: () => inTurn(async () => (await refresh(), known)),
    change: (work) =>
      inTurn(async () => {
        for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
          await refresh();
          const edit = editPeople(known, now);
          const { result, changes } = attempted(() => work(edit.people), edit.takeBack);
          if (changes.size === 0 || (await commit(changes))) return result;
        }
        throw busy();
      }),
    ...readingsOf(state, now),
  };
}

/** What was changed is taken back, however it ended. */
function attempted<T>(
  work: () => T,
  takeBack: () => Changes,
): { readonly result: T; readonly changes: Changes } {
  let result: T;
  try {
    result = work();
  } catch (error) {
    takeBack();
    throw error;
  }
  return { result, changes: takeBack() };
}

function stateOf(head: StateEntry | undefined): { readonly at: number; readonly version: number } {
  return { at: (head?.value as { at?: number } | undefined)?.at ?? 0, version: head?.version ?? 0 };
}

function logKey(at: number): string {
  return `${LOG}${String(at).padStart(15, '0')}`;
}

/** What the changes after `from` touched, as it is now; undefined where not all of it is known. */
async function newsUpTo(
  state: SharedState,
  from: number,
  to: number,
): Promise<ReadonlyMap<string, Entries[Kind] | undefined> | undefined> {
  if (to - from > MAX_FOLLOWED) return undefined;
  const changes = await state.list(PEOPLE_SPACE, { prefix: LOG, after: logKey(from), limit: to - from });
  if (changes.length !== to - from || changes.some(({ value }) => value === null)) return undefined;
  const keys = [...new Set(changes.flatMap(({ value }) => value as string[]))];
  if (keys.length > MAX_FOLLOWED) return undefined;
  const entries = await Promise.all(
    keys.map(async (key) => [key, (await state.get(PEOPLE_SPACE, key))?.value] as const),
  );
  return new Map(entries.map(([key, value]) => [key, value as Entries[Kind] | undefined]));
}

async function readAll(state: SharedState, known: KnownPeople): Promise<void> {
  const found: StateEntry[] = [];
  for (const kind of KINDS)
    for await (const entry of entriesOf(state, PEOPLE_SPACE, `${kind}/`)) found.push(entry);
  known.clear();
  for (const { key, value } of found) known.set(key, value as unknown as Entries[Kind]);
}

function readingsOf(
  state: SharedState,
  now: () => number,
): Pick<PeopleStore, 'claim' | 'putReading' | 'readings'> {
  return {
    claim: async (origin, everyMs) => {
      const key = `claim/${origin}`;
      const known = await state.get(PEOPLE_SPACE, key);
      if (known && (known.value as number) > now() - everyMs) return false;
      return (
        (await state.put(PEOPLE_SPACE, { key, value: now(), expected: known?.version ?? 0 })) !== undefined
      );
    },
    putReading: async (reading) => {
      await state.put(PEOPLE_SPACE, { key: `reading/${reading.origin}`, value: json(reading) });
    },
    readings: async () => {
      const found: DirectoryReading[] = [];
      for await (const { value } of entriesOf(state, PEOPLE_SPACE, 'reading/'))
        found.push(value as unknown as DirectoryReading);
      return found;
    },
  };
}

function json(value: Entries[Kind] | DirectoryReading): JsonValue {
  return value as unknown as JsonValue;
}

function busy(): AppError {
  return new AppError('STORE_CONFLICT', 'conflict', 'people were changed by others again and again', {
    publicMessage: 'People are being changed by somebody else. Try again.',
  });
}
