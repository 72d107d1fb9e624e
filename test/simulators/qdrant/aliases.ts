import type { Collection } from './collection.ts';
import { absent, notFound, Refusal } from './refusal.ts';

/** Other names of collections; they share their names with them. */
export class Aliases {
  readonly #collections: ReadonlyMap<string, Collection>;
  readonly #targets = new Map<string, string>();

  constructor(collections: ReadonlyMap<string, Collection>) {
    this.#collections = collections;
  }

  has(name: string): boolean {
    return this.#targets.has(name);
  }

  targetOf(name: string): string {
    return this.#targets.get(name) ?? name;
  }

  list(): { alias_name: string; collection_name: string }[] {
    return [...this.#targets].map(([alias, collection]) => ({
      alias_name: alias,
      collection_name: collection,
    }));
  }

  forget(collection: string): void {
    for (const [alias, target] of this.#targets) if (target === collection) this.#targets.delete(alias);
  }

  /** Action by action: those before one that fails stay. */
  change(body: Readonly<Record<string, unknown>>): true {
    for (const action of body['actions'] as Record<string, Record<string, string>>[]) {
      const { create_alias: create, delete_alias: remove, rename_alias: rename } = action;
      if (create) {
        const { collection_name: target = '', alias_name: alias = '' } = create;
        if (!this.#collections.has(target)) throw absent(target);
        if (this.#collections.has(alias))
          throw new Refusal(409, `Wrong input: Collection \`${alias}\` already exists!`);
        this.#targets.set(alias, target);
      } else if (remove) this.#targets.delete(remove['alias_name'] ?? '');
      else if (rename) {
        const { old_alias_name: from = '', new_alias_name: to = '' } = rename;
        const target = this.#targets.get(from);
        if (target === undefined) throw notFound(`Alias ${from} does not exists!`);
        this.#targets.delete(from);
        this.#targets.set(to, target);
      }
    }
    return true;
  }
}
