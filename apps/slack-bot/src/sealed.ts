import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '@fumikura/errors';

/** What is kept of one installation of the app. */
export interface Installed {
  readonly botUser: string;
  readonly token: string;
  readonly refreshToken?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
  /** Of an organization's installation alone: the workspaces that it gave the app to. */
  readonly teams?: readonly string[];
}

/** AES-256-GCM, bound to the id of the workspace or organization: `iv.tag.text`, base64url. */
export function seal(installed: Installed, key: Uint8Array, id: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(id));
  const text = Buffer.concat([cipher.update(JSON.stringify(installed), 'utf8'), cipher.final()]);
  return [iv, cipher.getAuthTag(), text].map((each) => each.toString('base64url')).join('.');
}

/** @throws AppError SLACK_KEY_WRONG (config) */
export function unseal(sealed: string, key: Uint8Array, id: string): Installed {
  const [iv, tag, text] = sealed.split('.').map((each) => Buffer.from(each, 'base64url'));
  try {
    if (!iv || !tag || !text) throw new Error('not sealed');
    const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(id));
    decipher.setAuthTag(tag);
    return JSON.parse(Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')) as Installed;
  } catch (cause) {
    throw new AppError('SLACK_KEY_WRONG', 'config', `the token of ${id} cannot be opened`, {
      publicMessage: `The stored token of ${id} does not open with slack.key. Give the key that it was stored with, or install the app again.`,
      cause,
    });
  }
}
