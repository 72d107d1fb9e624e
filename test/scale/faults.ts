import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Cluster } from './cluster.ts';
import type { Asked } from './load.ts';
import type { Member } from './processes.ts';
import { shiftedClock } from './shifted-clock.ts';

/** A part of an installation that ends as a crash ends it. */
export const VICTIMS = ['server', 'worker', 'catalog', 'index', 'balancer'] as const;
export type Victim = (typeof VICTIMS)[number];

/** Where answers may be missing, by the clock of `performance`. */
export interface Gap {
  /** What was broken. */
  readonly what: string;
  readonly from: number;
  to: number;
  /** Of those that were under way at its beginning alone, or of all until its end. */
  readonly isForAll: boolean;
}

/** After what was broken is there again: those who wait between two attempts have to try once more. */
const GRACE_MS = 2_000;
/** Between one that is there again and the next that ends. */
const BETWEEN_MS = 1_500;
const CLOCK_MS = 4_000;
const HOUR_MS = 3_600_000;
const NEXT_VERSION = {
  NODE_OPTIONS: `--import=${fileURLToPath(new URL('next-version.mjs', import.meta.url))}`,
};

/** kill -9 of this part, so many times; of servers and workers in turn. */
export async function kills(cluster: Cluster, what: Victim, count: number): Promise<readonly Gap[]> {
  const isForAll = what !== 'server' && what !== 'worker';
  const gaps: Gap[] = [];
  for (let at = 0; at < count; at++) {
    const gap = begun(what, isForAll);
    gaps.push(gap);
    await kill(cluster, what, at);
    gap.to = performance.now() + (isForAll ? GRACE_MS : 0);
    await wait(BETWEEN_MS + (isForAll ? GRACE_MS : 0));
  }
  return gaps;
}

/** Begun again; resolves when it is ready. */
async function kill({ servers, workers, balancer, postgres, index }: Cluster, what: Victim, at: number) {
  if (what === 'server') await servers[at % servers.length]?.kill();
  else if (what === 'worker') await workers[at % workers.length]?.kill();
  else if (what === 'balancer') await balancer.kill();
  else if (what === 'catalog') await postgres.crash();
  else await index.crash();
}

export async function rolling({ servers, balancer }: Cluster): Promise<readonly Gap[]> {
  for (const server of servers) {
    const code = await server.replace();
    if (code !== 0) throw new Error(`${server.name} ended with ${code}: ${server.said().slice(-1_000)}`);
    await balancer.serving(servers.length);
  }
  return [];
}

export async function network({ toCatalog, toIndex }: Cluster): Promise<readonly Gap[]> {
  const gaps: Gap[] = [];
  for (const [way, fault, ms] of [
    [toIndex, 'cut', 3_000],
    [toIndex, 'silent', 6_000],
    [toIndex, 150, 5_000],
    [toCatalog, 'cut', 3_000],
    [toCatalog, 'silent', 4_000],
    [toCatalog, 50, 5_000],
  ] as const) {
    const gap = begun(`${way === toIndex ? 'index' : 'catalog'} ${fault}`, true);
    gaps.push(gap);
    way.set(fault);
    await wait(ms);
    way.set('none');
    gap.to = performance.now() + GRACE_MS;
    await wait(GRACE_MS + 1_000);
  }
  return gaps;
}

/** One server and one worker an hour ahead of the others, and back: that server gets no questions meanwhile. */
export async function clock({ servers: [server], workers: [worker] }: Cluster): Promise<readonly Gap[]> {
  const environment = shiftedClock(HOUR_MS);
  for (const member of [server, worker]) {
    const health = member?.health ?? '';
    await member?.replace({ environment, health: health.replace('ready', 'startup') });
    await wait(CLOCK_MS);
    await member?.replace({ environment: {}, health });
  }
  return [];
}

/** All servers and workers by their next version, one after another, with one of the old version killed in between. */
export async function deploy({ servers, workers, balancer }: Cluster): Promise<readonly Gap[]> {
  const [first, ...others] = servers;
  const replace = async (member: Member | undefined, environment: Readonly<Record<string, string>>) => {
    await member?.replace({ environment });
    await balancer.serving(servers.length);
  };
  for (const worker of workers) await worker.replace({ environment: NEXT_VERSION });
  await replace(first, NEXT_VERSION);
  const gap = begun('older server', false);
  await others[0]?.kill();
  gap.to = performance.now();
  await balancer.serving(servers.length);
  for (const server of others) await replace(server, NEXT_VERSION);
  for (const member of [...servers, ...workers]) await replace(member, {});
  return [gap];
}

/** Whether a question was on its way where answers may be missing. */
export function isIn({ from, to }: Pick<Asked, 'from' | 'to'>, gap: Gap): boolean {
  if (gap.isForAll) return from <= gap.to && to >= gap.from;
  return from <= gap.from && to >= gap.from;
}

function begun(what: string, isForAll: boolean): Gap {
  return { what, from: performance.now(), to: Infinity, isForAll };
}
