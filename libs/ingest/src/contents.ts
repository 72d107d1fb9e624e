import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ownFolder } from '@fumikura/http';
import type { ContentBody } from '@fumikura/model';

/** From here on a content lies in a file until it is parsed, where the connector can write one. */
const IN_FILES_FROM = 1_024 * 1_024;

export type Content = { readonly bytes: Uint8Array } | { readonly path: string };

export function isFiled({ save, sizeBytes }: ContentBody): boolean {
  return save !== undefined && sizeBytes >= IN_FILES_FROM;
}

/** Contents of one run: small ones in memory, large ones in a folder of its own, which goes with it. */
export class Contents {
  #folder: Promise<string> | undefined;
  #next = 0;

  async read(body: ContentBody, signal: AbortSignal): Promise<Content> {
    if (!body.save || !isFiled(body)) return { bytes: await body.read(signal) };
    const path = join(await (this.#folder ??= ownFolder('contents')), String(this.#next++));
    await body.save(path, signal);
    return { path };
  }

  async discard(content: Content): Promise<void> {
    if ('path' in content) await rm(content.path, { force: true });
  }

  async close(): Promise<void> {
    const folder = await this.#folder;
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

export async function hashOf(content: Content): Promise<string> {
  const hash = createHash('sha256');
  if ('bytes' in content) hash.update(content.bytes);
  else await pipeline(createReadStream(content.path), hash);
  return `sha256:${hash.digest('base64url')}`;
}
