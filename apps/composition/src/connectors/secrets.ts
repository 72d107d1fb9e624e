import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Secret } from '@fumikura/config';
import type { ConfigProblem } from '@fumikura/config';

export type Variables = Readonly<Record<string, string | undefined>>;

/** A command that asks somebody for a password would wait for ever. */
const COMMAND_TIMEOUT_MS = 30_000;

/**
 * The same value with each secret in the place where the configuration names where it lies: `{ env: NAME }`,
 * `{ file: path }` (beside the configuration) or `{ command: [program, argument, …] }` (its output without the last line
 * end). A secret is never written into the configuration itself.
 */
export function withSecrets(
  value: unknown,
  place: { readonly path: string; readonly folder: string; readonly variables: Variables },
  problems: ConfigProblem[],
): unknown {
  if (Array.isArray(value))
    return value.map((each, index) => withSecrets(each, below(place, String(index)), problems));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first && first[0] in SOURCES)
    return read(first[0] as keyof typeof SOURCES, first[1], place, problems);
  return Object.fromEntries(
    entries.map(([name, each]) => [name, withSecrets(each, below(place, name), problems)]),
  );
}

type Place = Parameters<typeof withSecrets>[1];

const SOURCES = {
  env: (name: unknown, { variables }: Place) => {
    const value = typeof name === 'string' ? variables[name] : undefined;
    if (!value) throw new Error(`the environment variable ${String(name)} is not set`);
    return value;
  },
  file: (path: unknown, { folder }: Place) => readFileSync(resolve(folder, String(path)), 'utf8'),
  command: (command: unknown, { folder }: Place) => {
    if (!Array.isArray(command) || command.length === 0 || !command.every((part) => typeof part === 'string'))
      throw new Error('write the command as a list: program, argument, …');
    const [program = '', ...args] = command as string[];
    return execFileSync(program, args, {
      cwd: folder,
      encoding: 'utf8',
      timeout: COMMAND_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  },
} as const;

function read(
  kind: keyof typeof SOURCES,
  where: unknown,
  place: Place,
  problems: ConfigProblem[],
): Secret | undefined {
  try {
    return new Secret(SOURCES[kind](where, place).replace(/\r?\n$/u, ''));
  } catch (error) {
    // The message of a failed command may carry what it printed: only its kind is told.
    const why =
      kind === 'command' ? 'the command failed' : error instanceof Error ? error.message : String(error);
    problems.push({ path: place.path, message: `the secret cannot be read: ${why}` });
    return undefined;
  }
}

function below(place: Place, name: string): Place {
  return { ...place, path: `${place.path}.${name}` };
}
