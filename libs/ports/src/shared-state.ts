import type { JsonValue } from '@fumikura/model';

export interface StateEntry {
  readonly key: string;
  readonly value: JsonValue;
  /** Another one after every write, never used again for the same key. */
  readonly version: number;
}

export interface StateWrite {
  /** At most 200 characters, like the space. */
  readonly key: string;
  readonly value: JsonValue;
  /** The version that the writer has seen, 0 for none; absent: whatever there is. */
  readonly expected?: number;
  /** Milliseconds since 1970; absent from then on, as if it had been removed. */
  readonly expiresAt?: number;
}

/**
 * Small facts that the processes of an installation share and that search does not know: who is linked to whom, which
 * question is being answered by whom. Of two who change one at the same time the second is refused. Durable when a
 * write resolves.
 */
export interface SharedState {
  get(space: string, key: string): Promise<StateEntry | undefined>;
  /** @returns undefined, and nothing is changed, when the entry is not the expected one */
  put(space: string, entry: StateWrite): Promise<StateEntry | undefined>;
  /** Keys that start with `prefix`, ascending by code point, after the key `after`; at most `limit`. */
  list(
    space: string,
    range: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<readonly StateEntry[]>;
  /** @returns false when there was none, or another version than the expected one */
  remove(space: string, key: string, expected?: number): Promise<boolean>;
}
