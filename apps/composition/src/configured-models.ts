import { watchConfig } from '@fumikura/config';
import type { Config, EmbedderConfig } from '@fumikura/config';
import { createQueryVectors } from '@fumikura/embedding';
import type { Embedder } from '@fumikura/ports';
import type { EmbedQuery } from '@fumikura/retrieval';
import type { Variables } from './connectors/secrets.ts';
import type { Chunking } from './chunking.ts';
import { configuredEmbedder } from './embedders.ts';

export type EmbedderName = 'embedder' | 'nextEmbedder';

/** An embedder that the configuration names; opened by its first use. */
export interface Configured {
  readonly name: EmbedderName;
  /** What the configuration says of it. */
  readonly key: string;
  open(): Promise<Embedder>;
  isOpened(): boolean;
  queries(): Promise<EmbedQuery>;
}

export interface ConfiguredModels {
  now(): readonly Configured[];
  close(): Promise<void>;
}

export interface ModelsOptions {
  readonly variables: Variables;
  readonly timeoutMs: number;
  /** A command that ends soon keeps the models it began with. */
  readonly isOneShot: boolean;
  readonly chunking: Chunking;
  readonly onChanged: () => void;
}

/**
 * The models of a configuration as its file names them now: one that is named for an index beside is known to every process
 * by the time that index is asked. Names may change places; a model that is there is not opened again.
 */
export function configuredModels(config: Config, options: ModelsOptions): ConfiguredModels {
  const { isOneShot, onChanged } = options;
  const opened: Configured[] = [];
  const take = (written: Config): readonly Configured[] =>
    configuredIn(written, options).map((each) => {
      const same = opened.find(({ key }) => key === each.key);
      if (!same) opened.push(each);
      return { ...(same ?? each), name: each.name };
    });
  let models = take(config);
  const watch = isOneShot
    ? undefined
    : watchConfig(config, {
        onChanged: (written) => {
          const next = take(written);
          // What is asked with stays until another one is named.
          if (next.length === 0 || idOf(next) === idOf(models)) return;
          models = next;
          onChanged();
        },
        onInvalid: () => undefined, // told by who looks for people
      });
  return {
    now: () => models,
    close: async () => {
      watch?.close();
      for (const each of opened.filter((one) => one.isOpened()))
        await each.open().then(
          (embedder) => embedder.close(),
          () => undefined,
        );
    },
  };
}

function idOf(models: readonly Configured[]): string {
  return JSON.stringify(models.map(({ name, key }) => [name, key]));
}

function configuredIn(config: Config, { variables, timeoutMs, chunking }: ModelsOptions): Configured[] {
  const entries: [EmbedderName, EmbedderConfig | undefined][] = [
    ['embedder', config.embedder],
    ['nextEmbedder', config.nextEmbedder],
  ];
  return entries.flatMap(([name, entry]): Configured[] => {
    if (!entry) return [];
    const open = once(() => configuredEmbedder(config, entry, variables));
    const queries = once(async () =>
      createQueryVectors({
        embedder: await open(),
        timeoutMs,
        chunking: () => chunking.lastForVectors(),
      }),
    );
    return [{ name, key: JSON.stringify(entry), open, isOpened: open.isCalled, queries }];
  });
}

/** The same promise for every call; one that failed is not kept, so that a model that is put right is found. */
function once<T>(make: () => Promise<T>): (() => Promise<T>) & { isCalled(): boolean } {
  let made: Promise<T> | undefined;
  const call = () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return Object.assign(call, { isCalled: () => made !== undefined });
}
