import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Secret } from '@fumikura/config';
import { keyRingFrom } from './key-ring.ts';
import { describeSealed, openSealed } from './sealed.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface SecretPlace {
  /** Of the configuration file: paths are relative to it. */
  readonly folder: string;
  readonly variables: Variables;
}

/** A command that asks somebody for a password would wait for ever. */
const COMMAND_TIMEOUT_MS = 30_000;

const KINDS = {
  env: (name: unknown, { variables }: SecretPlace) => {
    const value = typeof name === 'string' ? variables[name] : undefined;
    if (!value) throw new Error(`the environment variable ${String(name)} is not set`);
    return value;
  },
  file: (path: unknown, { folder }: SecretPlace) => readFileSync(resolve(folder, String(path)), 'utf8'),
  command: (command: unknown, place: SecretPlace) => {
    if (!Array.isArray(command) || command.length === 0 || !command.every((part) => typeof part === 'string'))
      throw new Error('write the command as a list: program, argument, …');
    const [program = '', ...args] = command as string[];
    return printed(program, args, place, 'the command failed');
  },
  keyring: (name: unknown, place: SecretPlace) => {
    const [program, ...args] = keyringCommand(String(name));
    return printed(program, args, place, `the keyring has no ${String(name)}, or is closed`);
  },
  sealed: (path: unknown, { folder, variables }: SecretPlace) => {
    const file = resolve(folder, String(path));
    return openSealed(file, keyRingFrom(variables, describeSealed(file).ring)).reveal();
  },
} as const;

export type ReferenceKind = keyof typeof KINDS;

/** `service/account` in the keyring of the user who runs this. */
function keyringCommand(name: string, platform = process.platform): [program: string, ...args: string[]] {
  const [service = '', ...rest] = name.split('/');
  const account = rest.join('/');
  if (service === '' || account === '') throw new Error('write it as service/account');
  if (platform === 'darwin') return ['security', 'find-generic-password', '-s', service, '-a', account, '-w'];
  if (platform === 'win32') throw new Error('no keyring is read on Windows: use a command');
  return ['secret-tool', 'lookup', 'service', service, 'account', account];
}

/** What a failed program printed may be the secret: only that it failed is told. */
function printed(program: string, args: readonly string[], { folder }: SecretPlace, failure: string): string {
  try {
    return execFileSync(program, args, {
      cwd: folder,
      encoding: 'utf8',
      timeout: COMMAND_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    throw new Error(failure);
  }
}

/** Where a secret lies: an object with one of the known names alone. */
export function referenceOf(
  value: unknown,
): { readonly kind: ReferenceKind; readonly where: unknown } | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [first, ...others] = Object.entries(value);
  return first && others.length === 0 && Object.hasOwn(KINDS, first[0])
    ? { kind: first[0] as ReferenceKind, where: first[1] }
    : undefined;
}

/** Without the last line end. Undefined for what is no reference. @throws Error that tells nothing of the secret */
export function readReference(value: unknown, place: SecretPlace): Secret | undefined {
  const reference = referenceOf(value);
  if (!reference) return undefined;
  const text = KINDS[reference.kind](reference.where, place).replace(/\r?\n$/u, '');
  if (text === '') throw new Error('it is empty');
  return new Secret(text);
}

export interface FoundReference {
  /** By dots, entries of lists by their id. */
  readonly path: string;
  readonly kind: ReferenceKind;
  readonly where: unknown;
}

/** Every place of a configuration that names a secret. */
export function referencesIn(value: unknown, path = ''): FoundReference[] {
  const reference = path === '' ? undefined : referenceOf(value);
  if (reference) return [{ path, ...reference }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => {
    const id = Array.isArray(value) ? idOf(each, name) : name;
    return referencesIn(each, path === '' ? id : `${path}.${id}`);
  });
}

function idOf(entry: unknown, index: string): string {
  const { id, issuer } = (entry ?? {}) as { id?: unknown; issuer?: unknown };
  return typeof id === 'string' ? id : typeof issuer === 'string' ? issuer : index;
}
