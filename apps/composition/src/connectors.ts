import { resolve } from 'node:path';
import { localPrincipal } from '@fumikura/access';
import { invalid } from '@fumikura/config';
import type { Config, ConfigProblem, SourceConfig } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import { createFilesConnector, filesConfigSchema } from '@fumikura/connector-files';
import type { Connector } from '@fumikura/ports';

/** Kinds of sources that can be configured. */
export const CONNECTOR_KINDS = ['files'] as const;

/** @throws AppError CONFIG_INVALID (config) that names every problem of all these sources at once */
export function connectorsFor(sources: readonly SourceConfig[], config: Config): Connector[] {
  const problems: ConfigProblem[] = [];
  const connectors = sources.flatMap((source) => {
    try {
      return [connectorFor(source, config)];
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'CONFIG_INVALID') throw error;
      problems.push(...(error.details['problems'] as readonly ConfigProblem[]));
      return [];
    }
  });
  if (problems.length > 0) throw invalid(config.file, problems);
  return connectors;
}

/** @throws AppError CONFIG_INVALID (config) that names every problem of the source */
export function connectorFor(source: SourceConfig, config: Config): Connector {
  const kind = source.id.slice(0, source.id.indexOf(':'));
  if (kind === 'files') return filesConnector(source, config);
  throw invalid(config.file, [
    {
      path: `sources.${source.id}`,
      message: `there is no connector "${kind}"; there are: ${CONNECTOR_KINDS.join(', ')}`,
    },
  ]);
}

interface WrittenFolder {
  readonly folder?: unknown;
  readonly readers?: unknown;
}

function filesConnector(source: SourceConfig, config: Config): Connector {
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
      ? list.filter((reader): reader is string => typeof reader === 'string' && !known.has(reader))
      : [],
  );
}
