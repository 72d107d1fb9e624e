import { AppError } from '@fumikura/errors';
import type { Call } from './client.ts';
import { liveCollection } from './schema.ts';
import type { LiveCollection } from './schema.ts';

/** Another process may lead the alias elsewhere; found out after so long at the latest, ms. */
const KEPT_MS = 1_000;

/** The collection behind an alias, as it was found last. */
export class LiveAlias {
  readonly #call: Call;
  readonly #alias: string;
  #live: LiveCollection;
  #readAt = Date.now();

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
    return Date.now() - this.#readAt < KEPT_MS ? this.#live : this.refresh();
  }

  /** @throws AppError STORE_DAMAGED (config) when the alias is gone */
  async refresh(): Promise<LiveCollection> {
    this.#live = (await liveCollection(this.#call, this.#alias)) ?? this.#gone();
    this.#readAt = Date.now();
    return this.#live;
  }

  #gone(): never {
    throw new AppError('STORE_DAMAGED', 'config', `the alias ${this.#alias} is gone`, {
      publicMessage: `The search index "${this.#alias}" is gone. Rebuild it: fumi index rebuild.`,
    });
  }
}
