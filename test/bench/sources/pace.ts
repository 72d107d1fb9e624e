import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { bundleSyncChild, NODE_FLAGS } from './bundle.ts';
import type { SourceWorld } from '../../sources/source-world.ts';
import type { SimulatedSource } from '../../sources/worlds.ts';

const LATENCY_MS = 50;
const PASSES = ['content', 'access', 'directory'];

export interface ChildResult {
  readonly wallMs: number;
  readonly maxRssBytes: number;
  /** Of all threads. */
  readonly cpuMs: number;
  /** Of the main thread: able to run, and not let. Null where the system does not tell. */
  readonly cpuWaitMs: number | null;
  readonly counters: Readonly<Record<string, number>>;
}

/** A first sync by a process of its own, of a source that takes 50 ms an answer and allows so many requests a second. */
export async function measurePace(
  name: string,
  { make }: SimulatedSource,
  { items, perSecond }: { readonly items: number; readonly perSecond: number },
): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-pace-'));
  const world = await make(1, items);
  try {
    const count = world.items().length;
    world.simulator.setPace({ latencyMs: LATENCY_MS, perSecond });
    world.simulator.forgetRequests();
    const program = await bundleSyncChild(folder);
    const result = await syncOnce(name, world, join(folder, 'store.db'), PASSES, program);
    const answered = world.simulator.requests.filter(({ status }) => status !== 429).length;
    // The bucket is full at the beginning: the first second's worth comes at once.
    const boundMs = (Math.max(0, answered - perSecond) / perSecond) * 1_000;
    const is = (what: string, value: number, unit: string, target?: number) =>
      figure(`sources.${name}.pace.${what}`, value, unit, 'lower', target);
    return [
      figure(`sources.${name}.pace.items`, count, 'items', 'higher'),
      is('requests', answered, 'requests'),
      is('refused', world.simulator.requests.length - answered, 'requests'),
      is('seconds', result.wallMs / 1_000, 's'),
      is('boundSeconds', boundMs / 1_000, 's'),
      is('overBound', boundMs === 0 ? 0 : result.wallMs / boundMs, 'times', 1.3),
      is('cpuSeconds', result.cpuMs / 1_000, 's'),
      ...(result.cpuWaitMs === null ? [] : [is('waitedForCpu', result.cpuWaitMs / 1_000, 's')]),
      is('maxRss', result.maxRssBytes / 1_048_576, 'MB', 300),
    ];
  } finally {
    await world.close();
    await rm(folder, { recursive: true });
  }
}

/** @throws Error with what the process said when it failed */
export async function syncOnce(
  name: string,
  world: SourceWorld,
  file: string,
  passes: readonly string[],
  program: string,
): Promise<ChildResult> {
  const child = spawn(
    process.execPath,
    [...(NODE_FLAGS ?? []), program, name, file, JSON.stringify(world.connection), passes.join(',')],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  if (code !== 0) throw new Error(`the sync of ${name} ended with ${code}: ${stderr.slice(-2_000)}`);
  return JSON.parse(stdout) as ChildResult;
}
