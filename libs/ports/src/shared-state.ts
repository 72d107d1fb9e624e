import type { JsonValue } from '@fumikura/model';
import type { StateSpace } from './state-spaces.ts';

export interface StateEntry {
  readonly key: string;
  readonly value: JsonValue;
  /** Another one after every write, never used again for the same key. */
  readonly version: number;
}

export interface StateWrite {
  /** At most 200 characters. */
  readonly key: string;
  readonly value: JsonValue;
  /** The version that the writer has seen, 0 for none; absent: whatever there is. */
  readonly expected?: number;
  /** Milliseconds since 1970; absent from then on, as if it had been removed. */
  readonly expiresAt?: number;
}

/** Each key stands in it once. */
export interface StateChange {
  readonly puts?: readonly StateWrite[];
  /** Keys; of one that is not there, too. */
  readonly removals?: readonly string[];
}

/**
 * Small facts that the processes of an installation share and that search does not know: who people are, which tokens hold,
 * which question is being answered by whom. Of two who change one at the same time the second is refused. Durable when a
 * write resolves, and read as they are now.
 */
export interface SharedState {
  get(space: StateSpace, key: string): Promise<StateEntry | undefined>;
  /** @returns undefined, and nothing is changed, when the entry is not the expected one */
  put(space: StateSpace, entry: StateWrite): Promise<StateEntry | undefined>;
  /** All of it or nothing. @returns false, and nothing is changed, when an entry is not the expected one */
  change(space: StateSpace, change: StateChange): Promise<boolean>;
  /** Keys that start with `prefix`, ascending by code point, after the key `after`; at most `limit`. */
  list(
    space: StateSpace,
    range: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<readonly StateEntry[]>;
  /** @returns false when there was none, or another version than the expected one */
  remove(space: StateSpace, key: string, expected?: number): Promise<boolean>;
}

const PAGE = 1_000;

/** Everything of a space whose key starts with `prefix`, page by page: what changes meanwhile is met or not. */
export async function* entriesOf(
  state: Pick<SharedState, 'list'>,
  space: StateSpace,
  prefix = '',
): AsyncGenerator<StateEntry> {
  for (let after = ''; ;) {
    const page = await state.list(space, { prefix, after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.key;
  }
}
