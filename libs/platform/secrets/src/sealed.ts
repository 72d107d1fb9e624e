import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Secret } from '@fumikura/config';
import { writeDurably } from './key-ring.ts';
import type { KeyRing, SealingKey } from './key-ring.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

interface Sealed {
  readonly version: 1;
  /** Of which installation the keys are. */
  readonly ring: string;
  /** Id of the key. */
  readonly key: string;
  readonly nonce: string;
  /** Ciphertext and tag, base64url. */
  readonly data: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** The name belongs to what is sealed: the file of one secret is no file of another one. */
function boundTo(file: string, key: string): Buffer {
  return Buffer.from(`fumikura secret 1\n${basename(file)}\n${key}`);
}

/** Encrypts with the newest key. @throws Error when there is no key */
export function sealFile(file: string, secret: Secret, { keys, name }: KeyRing, now = Date.now()): void {
  const [key] = keys;
  if (!key) throw new Error('there is no key to seal with');
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key.bytes, nonce).setAAD(boundTo(file, key.id));
  const data = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const sealed: Sealed = {
    version: 1,
    ring: name,
    key: key.id,
    nonce: nonce.toString('base64url'),
    data: data.toString('base64url'),
    at: new Date(now).toISOString(),
  };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeDurably(file, `${JSON.stringify(sealed)}\n`);
}

/** @throws Error that tells nothing of the secret: no such file, no such key, altered */
export function openSealed(file: string, { keys }: KeyRing): Secret {
  const { key: id, nonce, data } = readSealed(file);
  const key = keys.find((each) => each.id === id);
  if (!key) throw new Error(`its key ${id} is not among the keys here`);
  return new Secret(decrypted(file, key, Buffer.from(nonce, 'base64url'), Buffer.from(data, 'base64url')));
}

function decrypted(file: string, key: SealingKey, nonce: Buffer, data: Buffer): string {
  try {
    const decipher = createDecipheriv(ALGORITHM, key.bytes, nonce, { authTagLength: TAG_BYTES })
      .setAAD(boundTo(file, key.id))
      .setAuthTag(data.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(data.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    throw new Error('it was altered, or is the file of another secret');
  }
}

/** Which keys it needs, and since when. */
export function describeSealed(file: string): Pick<Sealed, 'ring' | 'key' | 'at'> {
  const { ring, key, at } = readSealed(file);
  return { ring, key, at };
}

function readSealed(file: string): Sealed {
  const text = readFileSync(file, 'utf8');
  try {
    const sealed = JSON.parse(text) as Partial<Sealed>;
    const { ring, key, nonce, data } = sealed;
    if (sealed.version === 1 && [ring, key, nonce, data].every((each) => typeof each === 'string'))
      return sealed as Sealed;
  } catch {
    // Said below; a parser's message would quote the file.
  }
  throw new Error('it is no sealed secret');
}
