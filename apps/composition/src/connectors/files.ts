import { resolve } from 'node:path';
import { localPrincipal } from '@fumikura/access';
import { invalid, isProvisioned } from '@fumikura/config';
import type { Config, SourceConfig } from '@fumikura/config';
import { createFilesConnector, filesConfigSchema } from '@fumikura/connector-files';
import type { Connector } from '@fumikura/ports';

interface WrittenFolder {
  readonly folder?: unknown;
  readonly readers?: unknown;
}

/** Readers are written as people write them: a person, `group:<id>`, `everyone`, `anyone`; default the owner alone. */
export function filesConnector(source: SourceConfig, config: Config): Connector {
  const {
    root,
    readers = [config.owner],
    folders = [],
    ...rest
  } = source as SourceConfig & {
    root?: unknown;
    readers?: unknown;
    folders?: unknown;
  };
  const parsed = filesConfigSchema.safeParse({
    ...rest,
    root: typeof root === 'string' ? resolve(config.folder, root) : root,
    readers: principals(readers),
    folders: Array.isArray(folders)
      ? (folders as WrittenFolder[]).map((rule) => ({ ...rule, readers: principals(rule.readers) }))
      : folders,
  });
  const unknown = unknownReaders(
    [readers, ...(Array.isArray(folders) ? (folders as WrittenFolder[]).map((rule) => rule.readers) : [])],
    config,
  );
  const problems = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => ({
      path: ['sources', source.id, ...path.map(String)].join('.'),
      message,
    })),
    ...unknown.map((reader) => ({
      path: `sources.${source.id}.readers`,
      message: `nobody here is called "${reader}"; there are: ${readersOf(config).join(', ')}`,
    })),
  ];
  if (!parsed.success || problems.length > 0) throw invalid(config.file, problems);
  return createFilesConnector(parsed.data) as Connector;
}

function principals(readers: unknown): unknown {
  return Array.isArray(readers)
    ? readers.map((reader: unknown) => (typeof reader === 'string' ? localPrincipal(reader) : reader))
    : readers;
}

function readersOf({ persons, groups, owner }: Config): string[] {
  const people = [owner, ...persons.map(({ id }) => id), ...groups.map(({ id }) => `group:${id}`)];
  return [...new Set([...people, 'everyone', 'anyone'])];
}

function unknownReaders(lists: readonly unknown[], config: Config): string[] {
  const known = new Set(readersOf(config));
  return lists.flatMap((list) =>
    Array.isArray(list)
      ? list.filter(
          (reader): reader is string =>
            typeof reader === 'string' && !known.has(reader) && !isProvisioned(config, reader),
        )
      : [],
  );
}
