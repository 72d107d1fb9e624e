import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { CONFIG_FILE } from '@fumikura/config';
import { AppError, invalidInput, toAppError } from '@fumikura/errors';
import type { Context } from '../context.ts';

/** Writes a configuration with the caller as owner. Never overwrites one. */
export async function init({ output }: Context, folder: string, options: { owner?: string }): Promise<void> {
  const login = userInfo().username;
  const owner = options.owner ?? personId(login);
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(owner)) {
    throw invalidInput(
      'INVALID_ARGUMENT',
      `--owner: "${owner}" is no person id. Use lower-case letters, digits, dot and hyphen.`,
    );
  }
  const target = resolve(folder);
  const file = join(target, CONFIG_FILE);
  try {
    await mkdir(target, { recursive: true });
    await writeFile(file, template(owner, login), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw refused(error as NodeJS.ErrnoException, target, file);
  }
  output.json({ config: file, owner });
  output.line(`Wrote ${file}. You are "${owner}".`);
  output.line('Next: fumi source add files <folder>, then fumi sync.');
}

/** Error codes of a file system that somebody can do something about. */
const CANNOT_WRITE: Readonly<Record<string, string>> = {
  EACCES: 'this account may not write there',
  EPERM: 'this account may not write there',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'it is a file',
  ENOSPC: 'the disk is full',
};

function refused(cause: NodeJS.ErrnoException, target: string, file: string): AppError {
  if (cause.code === 'EEXIST' && cause.syscall === 'open') {
    const message = `${file} exists already. Edit it, or choose another folder.`;
    return new AppError('CONFIG_EXISTS', 'config', message, { publicMessage: message });
  }
  const why = CANNOT_WRITE[cause.code ?? ''];
  if (why === undefined) return toAppError(cause);
  const message = `No configuration can be written in ${target}: ${why}. Choose another folder: fumi init <folder>`;
  return new AppError('CONFIG_INVALID', 'config', message, { publicMessage: message, cause });
}

function personId(login: string): string {
  const id = login
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  return id === '' ? 'owner' : id;
}

function template(owner: string, login: string): string {
  return `# Fumikura. Every key, with unit and default: docs/configuration.md

# The person who may read what no rule opens further.
owner: ${owner}

# Who uses this installation. osUser is the login name on this machine: it says who asks at the terminal, over stdio
# and on loopback.
persons:
  - id: ${owner}
    osUser: ${JSON.stringify(login)}

# Groups may nest: members are person ids or "group:<id>".
groups: []

# "fumi source add files <folder>" writes entries here.
sources: []
`;
}
