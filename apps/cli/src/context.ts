import { homedir } from 'node:os';
import { join } from 'node:path';
import { findConfig, loadConfig } from '@fumikura/config';
import type { Config } from '@fumikura/config';
import { createLogger } from '@fumikura/logging';
import type { Logger } from '@fumikura/logging';
import { createOutput } from './output.ts';
import type { Output } from './output.ts';
import { trustOwnCertificates } from './own-certificates.ts';

/** Options every command has. */
export interface GlobalOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** What a command works with; nothing is opened before it asks. */
export interface Context {
  readonly output: Output;
  readonly logger: Logger;
  /** Fires at the first Ctrl-C or SIGTERM; the second ends the process at once. */
  readonly signal: AbortSignal;
  /** What the environment holds, for secrets that a source's configuration says lie there. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** For what can be made again. */
  readonly cacheFolder: string;
  /** As it is written, for what has to work while the catalog does not, and asks for no rights. */
  written(): Promise<Config>;
  /** With everybody whom directories of the company tell of, and what was decided since it was written. */
  config(): Promise<Config>;
}

export interface Environment {
  readonly cwd: string;
  readonly home: string;
  /** FUMI_CONFIG: the configuration file, when no --config is given. */
  readonly configFile?: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export function readEnvironment(): Environment {
  const configFile = process.env['FUMI_CONFIG'];
  return {
    cwd: process.cwd(),
    home: homedir(),
    variables: process.env,
    ...(configFile && { configFile }),
  };
}

export function createContext(
  options: GlobalOptions,
  environment: Environment,
  signal: AbortSignal,
): Context {
  let written: Promise<Config> | undefined;
  let config: Promise<Config> | undefined;
  const logger = createLogger(options.verbose ? 'debug' : 'warn');
  const load = async () => {
    const explicit = options.config ?? environment.configFile;
    const written = await loadConfig(await findConfig(explicit, environment.cwd, environment.home));
    trustOwnCertificates(written);
    return written;
  };
  const withPeopleOf = async (found: Promise<Config>) => {
    // Loaded where it is needed: a command that asks for no people starts without it.
    const { withPeople } = await import('@fumikura/composition');
    return withPeople(await found, logger, environment.variables);
  };
  return {
    output: createOutput(options.json ?? false),
    logger,
    signal,
    variables: environment.variables,
    cacheFolder: join(
      environment.variables['XDG_CACHE_HOME'] ?? join(environment.home, '.cache'),
      'fumikura',
    ),
    written: () => (written ??= load()),
    config: () =>
      (config ??= withPeopleOf((written ??= load())).catch((error: unknown) => {
        config = undefined; // where they are kept may be there the next time
        throw error;
      })),
  };
}
