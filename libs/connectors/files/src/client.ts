import { constants } from 'node:fs';
import { lstat, open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { AppError } from '@fumikura/errors';
import ignore from 'ignore';
import type { Ignore } from 'ignore';
import picomatch from 'picomatch';
import type { FilesConfig } from './config.ts';

/** A file as the walk sees it. */
export interface FoundFile {
  /** Below the root, with slashes, NFC: the identity of the document. */
  readonly path: string;
  /** As the file system writes it, links resolved. */
  readonly realPath: string;
  /** Below the root by its real folders; another than `path` where a link leads to it. */
  readonly targetPath: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly createdMs: number;
  readonly inode: number;
}

/** What the walk could not look into: reported, so that a part is never taken for the whole. */
interface Unreadable {
  readonly path: string;
  readonly error: AppError;
}

export type WalkEntry = { readonly file: FoundFile } | { readonly unreadable: Unreadable };

const IGNORE_FILES = ['.gitignore', '.fumiignore'];
const MAX_DEPTH = 100;

/** Every file of the root that the rules let through, in ascending order of path within each folder, `from` left out. */
export async function* walk(config: FilesConfig, signal: AbortSignal): AsyncGenerator<WalkEntry> {
  const root = await realpath(config.root);
  yield* walkFolder(
    { config, root, selects: selector(config), signal, seen: new Set([root]) },
    root,
    '',
    [],
    0,
  );
}

interface Walk {
  readonly config: FilesConfig;
  readonly root: string;
  readonly selects: (path: string) => boolean;
  readonly signal: AbortSignal;
  /** Real folders on the way, so that a link back up ends. */
  readonly seen: Set<string>;
}

interface IgnoreRules {
  readonly folder: string;
  readonly rules: Ignore;
}

async function* walkFolder(
  walk: Walk,
  real: string,
  path: string,
  above: readonly IgnoreRules[],
  depth: number,
): AsyncGenerator<WalkEntry> {
  walk.signal.throwIfAborted();
  if (depth > MAX_DEPTH) {
    yield { unreadable: { path, error: tooDeep(path) } };
    return;
  }
  const names = await readdir(real, { withFileTypes: true }).catch((error: unknown) =>
    unreadable(path === '' ? '.' : path, error),
  );
  if ('unreadable' in names) {
    yield names;
    return;
  }
  const rules = await ignoreRules(real, path, above);
  for (const entry of names.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const below = path === '' ? entry.name.normalize('NFC') : `${path}/${entry.name.normalize('NFC')}`;
    if (!walk.config.hidden && entry.name.startsWith('.')) continue;
    const target = await resolveEntry(walk, join(real, entry.name), below);
    if (target === undefined) continue;
    if ('unreadable' in target) {
      yield target;
      continue;
    }
    if (isIgnored(rules, below, target.stats.isDirectory())) continue;
    if (target.stats.isDirectory()) {
      if (walk.seen.has(target.real)) continue;
      walk.seen.add(target.real);
      yield* walkFolder(walk, target.real, below, rules, depth + 1);
    } else if (target.stats.isFile() && walk.selects(below)) {
      yield { file: found(walk.root, below, target.real, target.stats) };
    }
  }
}

type Stats = Awaited<ReturnType<typeof stat>> & { readonly size: number };

/** Links are followed inside the root only; sockets, pipes and devices are never opened. */
async function resolveEntry(
  { root }: Walk,
  path: string,
  below: string,
): Promise<
  { readonly real: string; readonly stats: Stats } | { readonly unreadable: Unreadable } | undefined
> {
  try {
    const own = await lstat(path);
    if (!own.isSymbolicLink()) return { real: path, stats: own as Stats };
    const real = await realpath(path);
    if (real !== root && !real.startsWith(root + sep)) return undefined;
    return { real, stats: (await stat(real)) as Stats };
  } catch (error) {
    // Gone since the folder was listed, or a link to nowhere: not there.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return unreadable(below, error);
  }
}

function found(root: string, path: string, realPath: string, stats: Stats): FoundFile {
  return {
    path,
    realPath,
    targetPath: relative(root, realPath).split(sep).join('/').normalize('NFC'),
    sizeBytes: Number(stats.size),
    modifiedMs: Number(stats.mtimeMs),
    createdMs: Number(stats.birthtimeMs),
    inode: Number(stats.ino),
  };
}

function selector({ include, exclude }: FilesConfig): (path: string) => boolean {
  const options = { dot: true, nocase: true };
  const isIncluded = include.length > 0 ? picomatch(include, options) : () => true;
  const isExcluded = exclude.length > 0 ? picomatch(exclude, options) : () => false;
  return (path) => isIncluded(path) && !isExcluded(path);
}

async function ignoreRules(
  real: string,
  path: string,
  above: readonly IgnoreRules[],
): Promise<readonly IgnoreRules[]> {
  const own = await Promise.all(
    IGNORE_FILES.map(async (name) => {
      const text = await readFile(join(real, name), 'utf8').catch(() => undefined); // most folders have none
      return text === undefined ? [] : [{ folder: path, rules: ignore().add(text) }];
    }),
  );
  return [...above, ...own.flat()];
}

function isIgnored(rules: readonly IgnoreRules[], path: string, isFolder: boolean): boolean {
  return rules.some(({ folder, rules: each }) => {
    const relative = folder === '' ? path : path.slice(folder.length + 1);
    return each.ignores(isFolder ? `${relative}/` : relative);
  });
}

function unreadable(path: string, cause: unknown): { unreadable: Unreadable } {
  return { unreadable: { path, error: unreadableError(path, cause) } };
}

function unreadableError(path: string, cause: unknown): AppError {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  return new AppError('CONTENT_UNREADABLE', 'permission', `${path}: ${code}`, {
    publicMessage: `"${path}" cannot be read (${code}). Give the account that runs Fumikura the right to read it, or exclude it.`,
    cause,
  });
}

/** Never read before either, so a listing without it is complete. */
function tooDeep(path: string): AppError {
  return new AppError('CONTENT_UNREADABLE', 'invalid-input', `${path}: deeper than ${MAX_DEPTH} folders`, {
    publicMessage: `"${path}" lies more than ${MAX_DEPTH} folders deep and is not read. Make a source of its own of it, or exclude it.`,
  });
}

/** Attempts at a file that changes while it is read. */
const ATTEMPTS = 3;

/**
 * The bytes of one file in one state: read again when it changed meanwhile.
 * @throws AppError CONTENT_CHANGED_WHILE_READ (transient), CONTENT_UNREADABLE (permission), DOCUMENT_NOT_FOUND (not-found)
 */
export async function readStable(
  { path, realPath }: Pick<FoundFile, 'path' | 'realPath'>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    signal.throwIfAborted();
    const bytes = await readOnce(path, realPath);
    if (bytes) return bytes;
  }
  throw new AppError(
    'CONTENT_CHANGED_WHILE_READ',
    'transient',
    `${path} changed ${ATTEMPTS} times while read`,
    {
      publicMessage: `"${path}" kept changing while it was read. It is tried again at the next sync.`,
    },
  );
}

async function readOnce(path: string, realPath: string): Promise<Uint8Array | undefined> {
  // A link or pipe put in the file's place since the walk is refused, not followed and not waited for.
  const file = await open(realPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadableError(path, error);
      throw new AppError('DOCUMENT_NOT_FOUND', 'not-found', `${path} is gone`, { cause: error });
    },
  );
  try {
    const before = await file.stat();
    if (!before.isFile()) throw unreadableError(path, new Error('not a regular file'));
    const bytes = await file.readFile();
    const after = await file.stat();
    return before.mtimeMs === after.mtimeMs && after.size === bytes.length ? bytes : undefined;
  } finally {
    await file.close();
  }
}
