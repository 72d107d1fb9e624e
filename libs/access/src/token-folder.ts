import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NamedTexts } from '@fumikura/ports';

/** One small file each, named by its id: nothing is searched, and a token is revoked by one rename. */
export function tokenFolder(folder: string): NamedTexts {
  const file = (id: string) => join(folder, `${id}.json`);
  return {
    get: async (id) => {
      try {
        return await readFile(file(id), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    put: async (id, text) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const beside = `${file(id)}.${randomBytes(4).toString('hex')}.tmp`;
      const handle = await open(beside, 'wx', 0o600);
      try {
        await handle.writeFile(text);
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await rename(beside, file(id));
    },
    remove: (id) => rm(file(id), { force: true }),
    names: async () => {
      const names = await readdir(folder).catch(() => []);
      return names.filter((name) => /^[0-9a-f]{16}\.json$/u.test(name)).map((name) => name.slice(0, 16));
    },
  };
}
