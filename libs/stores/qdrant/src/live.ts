import { AppError } from '@fumikura/errors';
import type { Call } from './client.ts';
import { liveCollection } from './schema.ts';
import type { LiveCollection } from './schema.ts';

/** Another process may lead the alias elsewhere; found out after so long at the latest, ms. */
const KEPT_MS = 1_000;

/** From this age on a search has it looked up beside itself, ms: under load nobody waits for it. */
const REFRESHED_MS = 500;

/** The collection behind an alias, as it was found last. */
export class LiveAlias {
  readonly #call: Call;
  readonly #alias: string;
  #live: LiveCollection;
  #readAt = Date.now();
  #refreshing: Promise<LiveCollection> | undefined;
  /** Turns of looking up: the last one that began, and the one that what is known comes from. */
  #begun = 0;
  #known = 0;

  constructor(call: Call, alias: string, live: LiveCollection) {
    this.#call = call;
    this.#alias = alias;
    this.#live = live;
  }

  get known(): LiveCollection {
    return this.#live;
  }

  /** For reads: the alias was looked up a moment ago. */
  current(): Promise<LiveCollection> | LiveCollection {
    const age = Date.now() - this.#readAt;
    if (age < REFRESHED_MS) return this.#live;
    const refreshing = (this.#refreshing ??= this.refresh().finally(() => {
      this.#refreshing = undefined;
    }));
    if (age >= KEPT_MS) return refreshing;
    void refreshing.catch(() => undefined); // whoever comes when it is too old asks again, and is told
    return this.#live;
  }

  /** @throws AppError STORE_DAMAGED (config) when the alias is gone */
  async refresh(): Promise<LiveCollection> {
    const [turn, askedAt] = [++this.#begun, Date.now()];
    const live = (await liveCollection(this.#call, this.#alias)) ?? this.#gone();
    // An answer that was overtaken says less than the one that is known.
    if (turn < this.#known) return this.#live;
    [this.#live, this.#known, this.#readAt] = [live, turn, askedAt];
    return live;
  }

  #gone(): never {
    throw new AppError('STORE_DAMAGED', 'config', `the alias ${this.#alias} is gone`, {
      publicMessage: `The search index "${this.#alias}" is gone. Rebuild it: fumi index rebuild.`,
    });
  }
}
