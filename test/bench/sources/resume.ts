import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import type { SourceId } from '@fumikura/model';
import { createSqliteStore } from '@fumikura/store-sqlite';
import type { SourceWorld } from '../../sources/source-world.ts';
import type { SimulatedSource } from '../../sources/worlds.ts';
import { seeded } from '../corpus.ts';
import { bundleSyncChild } from './bundle.ts';
import { syncOnce } from './pace.ts';

/**
 * A process that reads content is killed at random moments; the one after the last kill goes on, and the index must be as
 * if nothing had happened.
 */
export async function measureResume(
  name: string,
  { make }: SimulatedSource,
  { items, kills }: { readonly items: number; readonly kills: number },
): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-resume-'));
  const world = await make(1, items);
  const random = seeded(kills);
  const source = world.connector().id;
  try {
    const whole = join(folder, 'whole.db');
    const program = await bundleSyncChild(folder);
    const { counters } = await syncOnce(name, world, whole, CONTENT, program);
    const total = world.simulator.requests.length;
    await syncOnce(name, world, whole, OTHERS, program);
    const wanted = await contentOf(whole, source);
    let different = 0;
    let killed = 0;
    let repeated = 0;
    for (let round = 0; killed < kills; round++) {
      const file = join(folder, `${round}.db`);
      // Several in a row on one index, so that what was gone on with is killed too.
      for (let n = 0; n < 3 && killed < kills; n++)
        if (await killedAt(world, [program, name, file], 1 + Math.floor(random() * total))) killed++;
      // Killed at its very end, there is nothing left to go on with: the next run is a new one, which may look at everything.
      const isNew = (await countOf(file, source)) === (counters['written'] ?? 0);
      const last = await syncOnce(name, world, file, CONTENT, program);
      if (!isNew)
        repeated = Math.max(repeated, (last.counters['unchanged'] ?? 0) + (last.counters['retold'] ?? 0));
      await syncOnce(name, world, file, OTHERS, program);
      if ((await contentOf(file, source)) !== wanted) different++;
    }
    return [
      figure(`sources.${name}.resume.kills`, killed, 'kills', 'higher'),
      figure(`sources.${name}.resume.items`, counters['written'] ?? 0, 'items', 'higher'),
      figure(`sources.${name}.resume.different`, different, 'indexes', 'lower', 0),
      figure(`sources.${name}.resume.batch`, BATCH, 'items', 'lower'),
      figure(`sources.${name}.resume.mostReadAgain`, repeated, 'items', 'lower', LARGEST_BATCH),
    ];
  } finally {
    await world.close();
    await rm(folder, { recursive: true });
  }
}

const CONTENT = ['content'];
/** Documents a commit: few, so that a run has many moments to be killed at. */
const BATCH = 25;
/** Items of the largest batch that a connector tells at once: as much may be told again. */
const LARGEST_BATCH = 100;
const OTHERS = ['access', 'directory'];

/** @returns false when it was done before */
async function killedAt(
  { connection, simulator }: SourceWorld,
  command: readonly string[],
  request: number,
): Promise<boolean> {
  const args = [...command, JSON.stringify(connection), CONTENT.join(','), String(BATCH)];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  let made = 0;
  simulator.onRequest(() => {
    if (++made === request) child.kill('SIGKILL');
  });
  const signal = await new Promise((resolve) => child.once('close', (_code, by) => resolve(by)));
  simulator.onRequest(() => undefined);
  return signal === 'SIGKILL';
}

async function countOf(file: string, source: SourceId): Promise<number> {
  const store = await createSqliteStore({ file, inline: true });
  try {
    return (await store.catalog.listIds(source, undefined, 1_000_000)).length;
  } finally {
    await store.close();
  }
}

/** Every document with its version, content and readers, and what its lists say. */
async function contentOf(file: string, source: SourceId): Promise<string> {
  const store = await createSqliteStore({ file, inline: true });
  try {
    const ids = await store.catalog.listIds(source, undefined, 1_000_000);
    const known = await store.catalog.known(ids);
    const lists = await store.catalog.lists([
      ...new Set([...known.values()].flatMap(({ acl }) => acl.allow)),
    ]);
    return JSON.stringify([
      [...known].map(([id, { version, contentHash, acl }]) => [id, version, contentHash, acl]),
      lists.map(({ id, members }) => [id, [...members].sort()]).sort(),
      await store.catalog.directories().then((all) => all.map(({ readAt: _, ...counts }) => counts)),
    ]);
  } finally {
    await store.close();
  }
}
