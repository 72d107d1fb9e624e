import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { openSyncedWorld } from '../../sources/leaks.ts';
import type { Comparison, SyncedWorld } from '../../sources/leaks.ts';
import type { MakeWorld, SourceWorld } from '../../sources/source-world.ts';
import { seeded } from '../corpus.ts';

const EDITS = 8;

export interface ReadersOptions {
  readonly worlds: number;
  /** Items a world, roughly. */
  readonly items: number;
  readonly note: (text: string) => void;
}

/** Random worlds, every person × item against the source's own rules, at the moments at which it could go wrong. */
export async function measureReaders(
  name: string,
  make: MakeWorld,
  { worlds, items, note }: ReadersOptions,
): Promise<Figure[]> {
  const sums = { checks: 0, open: 0, leaks: 0, unexplained: 0, missing: 0, excused: 0, violations: 0 };
  for (let seed = 1; seed <= worlds; seed++) {
    const world = await make(seed, items);
    const synced = await openSyncedWorld(world);
    try {
      for await (const { moment, found } of moments(world, synced, seed)) {
        tell(note, `${name}, world ${seed}, ${moment}`, found);
        sums.checks += found.checks;
        sums.open += found.open;
        sums.leaks += found.leaks.length;
        sums.unexplained += found.unexplained.length;
        sums.missing += found.missing.length;
        sums.excused += Object.values(found.excused).reduce((sum, count) => sum + count, 0);
      }
      for (const violation of world.simulator.violations.slice(0, 3))
        note(`${name}, world ${seed}: ${violation}`);
      sums.violations += world.simulator.violations.length;
    } finally {
      await synced.close();
      await world.close();
    }
    if (seed % 50 === 0) note(`${name}: ${seed} worlds, ${sums.checks} checks, ${sums.leaks} leaks`);
  }
  const is = (what: keyof typeof sums, better: 'higher' | 'lower', target?: number) =>
    figure(`sources.${name}.${what}`, sums[what], '', better, target);
  return [
    figure(`sources.${name}.worlds`, worlds, '', 'higher'),
    is('checks', 'higher'),
    is('open', 'higher'),
    is('leaks', 'lower', 0),
    is('unexplained', 'lower', 0),
    is('excused', 'lower'),
    is('missing', 'lower', 0),
    is('violations', 'lower', 0),
  ];
}

interface Moment {
  readonly moment: string;
  readonly found: Comparison;
}

async function* moments(world: SourceWorld, synced: SyncedWorld, seed: number): AsyncGenerator<Moment> {
  const random = seeded(seed);
  const requests = await cutOff(world, synced, 1 + Math.floor(random() * 12));
  yield { moment: `cut off after ${requests} requests`, found: onlyOpen(await synced.compare()) };
  await synced.sync();
  yield { moment: 'first sync, gone on with', found: await synced.compare() };
  const edits = Array.from({ length: EDITS }, () => world.edit(random));
  await synced.sync();
  yield { moment: `after ${edits.join('; ')}`, found: await synced.compare() };
  for (let n = 0; n < EDITS; n++) world.edit(random);
  await synced.sync({ passes: ['access', 'directory'] });
  yield { moment: 'permissions alone', found: onlyOpen(await synced.compare()) };
}

/** A first sync that ends at a request: what is indexed by then stays. @returns how many it got to make */
async function cutOff({ simulator }: SourceWorld, synced: SyncedWorld, after: number): Promise<number> {
  const stop = new AbortController();
  let made = 0;
  simulator.onRequest(() => {
    if (++made === after) stop.abort();
  });
  await synced.sync({ signal: stop.signal }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  simulator.onRequest(() => undefined);
  return made;
}

/** What is not there yet, or not yet opened, waits for the passes that have not ended. */
function onlyOpen({ missing: _, unexplained: __, ...found }: Comparison): Comparison {
  return { ...found, missing: [], unexplained: [] };
}

function tell(
  note: (text: string) => void,
  where: string,
  { leaks, unexplained, missing }: Comparison,
): void {
  for (const [what, all] of Object.entries({ leaks, unexplained, missing }))
    for (const each of all.slice(0, 3)) note(`${where}: ${what}: ${each}`);
}
