import { linesOf } from './lines-of.ts';

/** Empty when there is no such file; a torn last line is left out. */
export async function readJsonLines<T>(file: string): Promise<T[]> {
  const values: T[] = [];
  try {
    for await (const line of linesOf(file)) if (line !== '') values.push(JSON.parse(line) as T);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return values;
}
