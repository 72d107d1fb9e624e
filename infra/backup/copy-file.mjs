// Copies a store that is one file while it is in use, with everything else of its data folder:
//   node copy-file.mjs <data folder> <folder of the copies> [how many to keep, default 7]
// Each copy is a folder named after its time; one that was broken off ends in `.partial` and is removed by the next run.
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { DatabaseSync, backup } from 'node:sqlite';

const DATABASE = 'fumikura.db';
/** What is made anew, and what SQLite keeps beside a file while it is open. */
const LEFT_OUT = /^cache(?:\/|$)|\.db$|-wal$|-shm$|-journal$/;

const [data, target, keepText = '7'] = process.argv.slice(2);
const keep = Number(keepText);
if (!data || !target || !Number.isInteger(keep) || keep < 1) {
  process.stderr.write('usage: copy-file.mjs <data folder> <folder of the copies> [how many to keep]\n');
  process.exit(2);
}

await mkdir(target, { recursive: true });
await removeAll((await readdir(target)).filter((name) => name.endsWith('.partial')));
const name = new Date().toISOString().replaceAll(':', '-');
const partial = join(target, `${name}.partial`);
await mkdir(partial);
const sizeBytes = await copyDatabase();
await cp(data, partial, {
  recursive: true,
  filter: (path) => !LEFT_OUT.test(relative(data, path).replaceAll('\\', '/')),
});
await rename(partial, join(target, name));
const copies = (await readdir(target)).filter((each) => /^\d{4}-\d\d-\d\dT.*Z$/.test(each)).sort();
await removeAll(copies.slice(0, -keep));
process.stdout.write(`${JSON.stringify({ copy: name, sizeBytes, kept: Math.min(copies.length, keep) })}\n`);

async function copyDatabase() {
  const source = new DatabaseSync(join(data, DATABASE), { readOnly: true, timeout: 10_000 });
  const file = join(partial, DATABASE);
  try {
    await backup(source, file, { rate: 10_000 });
  } finally {
    source.close();
  }
  const copied = new DatabaseSync(file);
  try {
    const [found] = copied.prepare('PRAGMA quick_check(1)').all();
    if (found?.quick_check !== 'ok') throw new Error(`the copy is damaged: ${found?.quick_check}`);
    const { page_count: pages } = copied.prepare('PRAGMA page_count').get();
    const { page_size: size } = copied.prepare('PRAGMA page_size').get();
    return pages * size;
  } finally {
    copied.close();
  }
}

async function removeAll(names) {
  for (const each of names) await rm(join(target, each), { recursive: true, force: true });
}
