import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditUnavailable } from './errors.ts';
import { writeOnce } from './write-once.ts';

/** Signs heads and proofs; the public half lies beside the records for whoever verifies. */
export interface SigningKey {
  /** First 16 characters of the SHA-256 of the public key (SPKI, DER), base64url. */
  readonly id: string;
  sign(text: string): string;
}

export const KEY_FILE = 'key.pem';
const KEYS_FOLDER = 'keys';

/**
 * @param pem PKCS #8 of an Ed25519 key kept elsewhere; without it one is made in the folder, readable by its owner alone
 * @throws AppError AUDIT_UNAVAILABLE (config) when it is no Ed25519 key
 */
export async function openSigningKey(folder: string, pem?: string): Promise<SigningKey> {
  await mkdir(join(folder, KEYS_FOLDER), { recursive: true, mode: 0o700 });
  const key = parsePrivate(pem ?? (await ownKey(folder)));
  const publicKey = createPublicKey(key);
  const id = keyId(publicKey);
  const text = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  await writeOnce(join(folder, KEYS_FOLDER, `${id}.pem`), text, 0o644);
  return { id, sign: (message) => sign(null, Buffer.from(message), key).toString('base64url') };
}

function parsePrivate(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below; the message of the parser could quote the key.
  }
  throw auditUnavailable('audit.key is no Ed25519 private key in PEM form');
}

async function ownKey(folder: string): Promise<string> {
  const file = join(folder, KEY_FILE);
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeOnce(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
  return readFile(file, 'utf8');
}

export function keyId(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64url').slice(0, 16);
}

/** Public keys by id. @param pinned PEM of the only key to trust, kept by the verifier */
export async function publicKeys(folder: string, pinned?: string): Promise<ReadonlyMap<string, KeyObject>> {
  const texts = pinned === undefined ? await storedKeys(folder) : [pinned];
  return new Map(
    texts.map((text) => {
      const key = createPublicKey(text);
      return [keyId(key), key];
    }),
  );
}

async function storedKeys(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, KEYS_FOLDER)).catch(() => []);
  const pems = names.filter((name) => name.endsWith('.pem')).sort();
  return Promise.all(pems.map((name) => readFile(join(folder, KEYS_FOLDER, name), 'utf8')));
}

export function isSigned(
  keys: ReadonlyMap<string, KeyObject>,
  key: string,
  text: string,
  signature: string,
): boolean {
  const publicKey = keys.get(key);
  if (!publicKey) return false;
  return verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64url'));
}
