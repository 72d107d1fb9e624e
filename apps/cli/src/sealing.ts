import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '@fumikura/config';
import { addKey, keyRingFrom } from '@fumikura/secrets';
import type { KeyRing, Variables } from '@fumikura/secrets';

type Place = Pick<Config, 'dataFolder'>;

/** Where the sealed secret of this name lies. */
export function sealedFile({ dataFolder }: Place, name: string): string {
  return join(dataFolder, 'secrets', `${name}.sealed`);
}

/** The keys of this installation; several of one account have different ones. */
export function ringOf(place: Place, variables: Variables): KeyRing {
  return keyRingFrom(variables, ringName(join(place.dataFolder, 'secrets', 'ring')));
}

/** With a first key if there is none. */
export function ownKeys(place: Place, variables: Variables): KeyRing {
  const ring = ringOf(place, variables);
  return ring.keys.length > 0 ? ring : addKey(ring);
}

/** Made once; of two processes that begin together the first wins. */
function ringName(file: string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, randomBytes(8).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
