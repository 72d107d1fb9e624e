import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Variables } from './references.ts';

/** A key of 256 bits; its id tells nothing of it. */
export interface SealingKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** Keys that secrets are sealed with, the newest first: that one seals, each of them opens. */
export interface KeyRing {
  readonly keys: readonly SealingKey[];
  /** Of which installation: each has keys of its own. */
  readonly name: string;
  /** Where they lie; absent when the environment holds them, which nobody can change from here. */
  readonly file?: string;
}

const KEY_BYTES = 32;

/**
 * `FUMI_SECRETS_KEY` (keys in base64, parted by commas), else the file `FUMI_SECRETS_KEY_FILE`, else one of this name
 * beside the user's own settings: never in the data folder, so that no copy of the data holds it.
 * @throws Error for a key that is none
 */
export function keyRingFrom(variables: Variables, name: string): KeyRing {
  if (!/^[\w-]{1,64}$/u.test(name)) throw new Error('it names no keys');
  const given = variables['FUMI_SECRETS_KEY'];
  if (given) return { name, keys: given.split(',').map(keyFrom) };
  const file =
    variables['FUMI_SECRETS_KEY_FILE'] ?? join(settingsFolder(variables), 'fumikura', 'keys', `${name}.key`);
  return { name, keys: linesOf(file).map(keyFrom), file };
}

function settingsFolder(variables: Variables): string {
  const home = variables['XDG_CONFIG_HOME'] ?? (variables['HOME'] && join(variables['HOME'], '.config'));
  const folder = home ?? variables['APPDATA'];
  if (folder) return folder;
  throw new Error('there is no place for keys: set FUMI_SECRETS_KEY_FILE');
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function keyFrom(text: string): SealingKey {
  const bytes = Buffer.from(text.trim(), 'base64');
  if (bytes.length !== KEY_BYTES) throw new Error(`a key for secrets has ${KEY_BYTES} bytes, in base64`);
  return { id: createHash('sha256').update(bytes).digest('base64url').slice(0, 12), bytes };
}

/** A new key in front of the others, durable before anything is sealed with it. @throws Error where keys come from outside */
export function addKey(ring: KeyRing): KeyRing {
  const { file } = requireFile(ring);
  const keys = [keyFrom(randomBytes(KEY_BYTES).toString('base64')), ...ring.keys];
  write(file, keys);
  return { ...ring, keys };
}

/** Forgets every other key. */
export function keepKeys(ring: KeyRing, ids: ReadonlySet<string>): KeyRing {
  const { file } = requireFile(ring);
  const keys = ring.keys.filter(({ id }) => ids.has(id));
  write(file, keys);
  return { ...ring, keys };
}

function requireFile({ file }: KeyRing): { readonly file: string } {
  if (file !== undefined) return { file };
  throw new Error('the keys come from the environment: put the new key in front of the others there');
}

function write(file: string, keys: readonly SealingKey[]): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeDurably(file, keys.map(({ bytes }) => `${bytes.toString('base64')}\n`).join(''));
}

/** In the place of what was there, for its owner alone. */
export function writeDurably(file: string, text: string): void {
  const beside = `${file}.${process.pid}.tmp`;
  const handle = openSync(beside, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(beside, file);
}
