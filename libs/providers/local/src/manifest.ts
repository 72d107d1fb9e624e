import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fault } from './facts.ts';

/** Written beside a model that was added: what it was then, so that any change of it is seen. */
export const MANIFEST_FILE = 'fumikura-model.json';

const manifestSchema = z.strictObject({
  name: z.string().min(1),
  /** Of the place it came from, when it came from one. */
  revision: z.string().optional(),
  origin: z.string().optional(),
  licence: z.string().optional(),
  languages: z.array(z.string()).optional(),
  /** SHA-256 in hexadecimal by file name. */
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});

export type ModelManifest = z.output<typeof manifestSchema>;

/** Undefined for a folder that was never added. @throws AppError MODEL_DAMAGED (config) */
export async function readManifest(folder: string): Promise<ModelManifest | undefined> {
  const text = await readFile(join(folder, MANIFEST_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw fault(
      'MODEL_DAMAGED',
      `${join(folder, MANIFEST_FILE)} cannot be read. Add the model again.`,
      cause,
    );
  }
}

/** @throws AppError MODEL_DAMAGED (config) that names the file that is not what it was, or is gone */
export async function requireFiles(folder: string, files: ModelManifest['files']): Promise<void> {
  for (const [name, expected] of Object.entries(files)) {
    const path = join(folder, name);
    const found = await checksum(path).catch((cause: unknown) => {
      throw fault('MODEL_DAMAGED', `${path} is missing. Add the model again.`, cause);
    });
    if (found !== expected)
      throw fault(
        'MODEL_DAMAGED',
        `${path} is not the file that was added: its checksum differs. Add the model again.`,
      );
  }
}

/** SHA-256 in hexadecimal; about 40 ms for 25 MB. */
export async function checksum(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Uint8Array);
  return hash.digest('hex');
}
