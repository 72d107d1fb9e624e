import assert from 'node:assert/strict';
import { seeded } from '../simulators/graph/random-world.ts';
import type { SyncedWorld } from './leaks.ts';
import type { SourceWorld } from './source-world.ts';

const ROUNDS = 3;

/** Nobody reads more than the source shows them, or less without a named reason. @returns how much is open */
export async function agrees(synced: SyncedWorld, moment: string): Promise<number> {
  const { leaks, unexplained, missing, open } = await synced.compare();
  assert.deepEqual({ leaks, unexplained, missing }, { leaks: [], unexplained: [], missing: [] }, moment);
  return open;
}

/** After the first sync, and after each sync that follows some random edits. */
export async function followsEdits(
  world: SourceWorld,
  synced: SyncedWorld,
  { seed, edits }: { readonly seed: number; readonly edits: number },
): Promise<void> {
  const random = seeded(seed + 100);
  await synced.sync();
  assert.ok((await agrees(synced, 'after the first sync')) > 0, 'somebody reads something');
  for (let round = 0; round < ROUNDS; round++) {
    const made = Array.from({ length: edits }, () => world.edit(random));
    await synced.sync();
    await agrees(synced, `after ${made.join('; ')}`);
  }
  assert.deepEqual(world.simulator.violations, []);
}

/** Whatever the edits took from whom: the passes about readers and people are enough for it. */
export async function revokesWithoutContent(
  world: SourceWorld,
  synced: SyncedWorld,
  edits: number,
): Promise<void> {
  await synced.sync();
  const random = seeded(9);
  for (let edit = 0; edit < edits; edit++) world.edit(random);
  await synced.sync({ passes: ['access', 'directory'] });
  assert.deepEqual((await synced.compare()).leaks, []);
}
