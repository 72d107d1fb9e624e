import { link, open, readFile, rename, rm } from 'node:fs/promises';

/** Makes a file with its whole content, unless there is one: of several processes that start together the first wins. */
export async function writeOnce(file: string, text: string, mode: number): Promise<void> {
  const isThere = await readFile(file).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const beside = `${file}.${process.pid}.${performance.now()}.tmp`;
  const handle = await open(beside, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  try {
    await link(beside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(beside);
  }
}

/** The whole content or the one before, however the process ends. */
export async function writeInPlace(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`;
  const handle = await open(beside, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
}
