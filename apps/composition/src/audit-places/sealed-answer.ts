import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { JsonValue } from '@fumikura/model';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;

/** Of whoever asks: the private half leaves the process never, so that what lies in the database is readable to nobody else. */
export function answerKeys(): { readonly publicKey: string; readonly privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return { publicKey: exported(publicKey), privateKey };
}

/** X25519 with a key of its own, HKDF and AES-256-GCM, bound to the place where it lies. */
export function sealAnswer(value: unknown, to: string, place: string): string {
  const own = generateKeyPairSync('x25519');
  const key = sharedKey(own.privateKey, imported(to), place);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(place));
  const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  const parts = [nonce, cipher.getAuthTag(), text].map((each) => each.toString('base64url'));
  return [exported(own.publicKey), ...parts].join('.');
}

/** @throws Error for what was sealed for somebody else, or lay elsewhere */
export function openAnswer(sealed: JsonValue, own: KeyObject, place: string): unknown {
  const [from = '', ...parts] = String(sealed).split('.');
  const [nonce, tag, text] = parts.map((each) => Buffer.from(each, 'base64url'));
  if (!nonce || !tag || !text) throw new Error('not sealed');
  const key = sharedKey(own, imported(from), place);
  const decipher = createDecipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(place)).setAuthTag(tag);
  return JSON.parse(Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')) as unknown;
}

function sharedKey(privateKey: KeyObject, publicKey: KeyObject, place: string): Buffer {
  const secret = diffieHellman({ privateKey, publicKey });
  return Buffer.from(hkdfSync('sha256', secret, '', `fumikura audit answer\n${place}`, 32));
}

function exported(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64url');
}

function imported(text: string): KeyObject {
  return createPublicKey({ key: Buffer.from(text, 'base64url'), type: 'spki', format: 'der' });
}
