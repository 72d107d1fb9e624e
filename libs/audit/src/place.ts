import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeOnce } from './write-once.ts';

const PLACE_FILE = 'place';

/** Names a folder of chains, whichever hosts write into it: made by the first process that asks. */
export async function auditPlace(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, PLACE_FILE);
  await writeOnce(file, randomUUID(), 0o600);
  return (await readFile(file, 'utf8')).trim();
}
