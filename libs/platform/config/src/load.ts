import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '@fumikura/errors';
import type { LinkDecision, RoleDecision } from '@fumikura/model';
import { LineCounter, parseDocument } from 'yaml';
import { crossProblems, describeProblem, entriesOf, lineFinder, schemaProblems } from './problems.ts';
import type { ConfigProblem } from './problems.ts';
import { configSchema } from './schema.ts';
import type { ConfigValues } from './schema.ts';

export const CONFIG_FILE = 'fumikura.yaml';
/** Looked into for a message alone. */
const MAX_FOLDERS = 1_000;
const MAX_TOLD = 3;

/** A checked configuration with its place: relative paths in it are relative to `folder`. */
export interface Config extends ConfigValues {
  readonly file: string;
  readonly folder: string;
  readonly dataFolder: string;
  /** Ids of persons who a directory of the company says have left: they are nobody here, whatever the file says. */
  readonly left: readonly string[];
  /** What was decided about accounts and roles while the installation ran; the newest of each. */
  readonly decided: { readonly links: readonly LinkDecision[]; readonly roles: readonly RoleDecision[] };
  /** As it was written, where this one has the people of directories too. */
  readonly written?: Config;
}

/**
 * The configuration file that holds for a folder: `explicit` if given, else the nearest `fumikura.yaml` at or above
 * `from`, else the one under `home`.
 * @throws AppError CONFIG_NOT_FOUND (config)
 */
export async function findConfig(explicit: string | undefined, from: string, home: string): Promise<string> {
  if (explicit !== undefined) {
    if (await isFile(explicit)) return resolve(explicit);
    throw notFound(`${explicit} ${(await exists(explicit)) ? 'is no file' : 'does not exist'}`);
  }
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, CONFIG_FILE);
    if (await isFile(candidate)) return candidate;
    if (dirname(folder) === folder) break;
  }
  const fallback = join(home, '.config', 'fumikura', CONFIG_FILE);
  if (await isFile(fallback)) return fallback;
  const below = await configsBelow(from);
  const told = below.length > 0 ? `, but there is ${below.join(' and ')}` : '';
  throw notFound(`no ${CONFIG_FILE} in ${resolve(from)} or above${told}`, below[0]);
}

/** @throws AppError CONFIG_INVALID (config) that names every problem, each with its line */
export async function loadConfig(file: string): Promise<Config> {
  return parseConfig(await readFile(file, 'utf8'), resolve(file));
}

export function parseConfig(text: string, file: string): Config {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  if (document.errors.length > 0) {
    // One mistake makes the parser stumble over everything behind it on the line.
    const lines = new Map(
      document.errors
        .toReversed()
        .map(({ pos, message }) => [counter.linePos(pos[0]).line, message] as const),
    );
    const problems = [...lines].toReversed().map(([line, message]) => ({ path: '', line, message }));
    throw invalid(file, problems);
  }
  const lineOf = lineFinder(document, counter);
  const parsed = configSchema.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    // What is wrong between the entries is told together with what is wrong inside of them.
    const between = crossProblems(entriesOf(document.toJS()), lineOf);
    throw invalid(file, [...schemaProblems(parsed.error, lineOf), ...between]);
  }
  const problems = crossProblems(parsed.data, lineOf);
  if (problems.length > 0) throw invalid(file, problems);
  const folder = dirname(file);
  return {
    ...parsed.data,
    file,
    folder,
    dataFolder: resolve(folder, parsed.data.data),
    left: [],
    decided: { links: [], roles: [] },
  };
}

/** Whether the company's directories tell of people. */
export function hasDirectories({ scim, directories }: Pick<Config, 'scim' | 'directories'>): boolean {
  return scim !== undefined || directories.length > 0;
}

/** All problems at once, in the form every configuration error has. */
export function invalid(file: string, problems: readonly ConfigProblem[]): AppError {
  const text = problems.map((problem) => describeProblem(file, problem)).join('\n');
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return new AppError('CONFIG_INVALID', 'config', text, {
    publicMessage: `The configuration has ${count}:\n${text}`,
    details: { problems },
  });
}

function notFound(what: string, example?: string): AppError {
  const named =
    example === undefined
      ? 'name one with --config'
      : `name that one with --config ${/\s/u.test(example) ? JSON.stringify(example) : example}`;
  return new AppError('CONFIG_NOT_FOUND', 'config', what, {
    publicMessage: `No configuration: ${what}. Run "fumi init" to make one, or ${named}.`,
  });
}

/** Of folders right below, relative to it: "fumi init <folder>" makes them there. */
async function configsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory()).slice(0, MAX_FOLDERS)) {
    const file = join(name, CONFIG_FILE);
    if (await isFile(join(folder, file))) found.push(file);
    if (found.length === MAX_TOLD) break;
  }
  return found.toSorted();
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
}
