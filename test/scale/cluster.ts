import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createPersonalTokens } from '@fumikura/access';
import type { Catalog, RunRecord } from '@fumikura/ports';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import { startPostgres } from '@fumikura/testkit';
import type { PostgresServer } from '@fumikura/testkit';
import { PROGRAM } from '../e2e/fumi.ts';
import { startBalancer } from './balancer.ts';
import type { Balancer } from './balancer.ts';
import { configuration, writeDocuments } from './company.ts';
import type { Company } from './company.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { cpuSeconds } from './cpu.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { keyOf, placeOf, startIndex } from './index-server.ts';
import type { IndexServer } from './index-server.ts';
import { mountSmallDisk } from './small-disk.ts';
import type { SmallDisk } from './small-disk.ts';
import { freePort, startMember } from './processes.ts';
import type { Member } from './processes.ts';

export interface ClusterOptions {
  readonly company: Company;
  readonly servers: number;
  readonly workers: number;
  /** When workers look for changes of files beside what the system tells them; default 1h. */
  readonly schedule?: string;
  /** Added to the configuration, and to what it says of signing in. */
  readonly more?: string;
  readonly signIn?: string;
  /** Of servers and workers. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Bytes of a file system of its own for the data folder of servers and workers, where the audit lies. */
  readonly diskBytes?: number;
}

/** Servers and workers behind a balancer, over PostgreSQL and an index, each reached through a way that can be broken. */
export interface Cluster {
  readonly folder: string;
  readonly config: string;
  /** Of the balancer; `urls` are the servers' own. */
  readonly url: string;
  readonly urls: readonly string[];
  readonly servers: readonly Member[];
  readonly workers: readonly Member[];
  readonly balancer: Balancer;
  readonly postgres: PostgresServer;
  readonly catalog: Catalog;
  readonly index: IndexServer;
  readonly disk?: SmallDisk;
  /** Processor time so far of each part, seconds. */
  cpu(): Readonly<Record<string, number>>;
  readonly toCatalog: FaultProxy;
  readonly toIndex: FaultProxy;
  /** Resolves when the workers have nothing left to do and this many documents are there. */
  settled(documents: number): Promise<void>;
  runs(): Promise<readonly RunRecord[]>;
  /** Tokens of p0, p1, … */
  tokens(people: number): Promise<readonly string[]>;
  token(person: string): Promise<string>;
  revoke(token: string): Promise<void>;
  stop(): Promise<void>;
}

const SECONDS_A_YEAR = 31_536_000;
const PORT_OF_POSTGRES = 5432;
const SETTLE_TIMEOUT_MS = 180_000;

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'fumi-cluster-'));
    ends.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const disk =
      options.diskBytes === undefined
        ? undefined
        : mountSmallDisk(join(folder, '.fumikura'), options.diskBytes);
    ends.push(async () => disk?.remove());
    const postgres = await startPostgres();
    ends.push(() => postgres.stop());
    const index = await startIndex(folder);
    ends.push(() => index.close());
    const toCatalog = await startFaultProxy({
      path: join(socketFolder(postgres), `.s.PGSQL.${PORT_OF_POSTGRES}`),
    });
    const toIndex = await startFaultProxy(placeOf(index.url));
    ends.push(() => Promise.all([toCatalog.close(), toIndex.close()]));
    const [port, ...ports] = await freePorts(1 + options.servers + options.workers);
    const config = join(folder, 'fumikura.yaml');
    await writeDocuments(folder, options.company);
    const catalog = { url: `postgres://fumi@127.0.0.1:${toCatalog.port}/postgres`, schema: 'cluster' };
    const stores = `stores: { catalog: { url: '${catalog.url}', schema: ${catalog.schema} }, index: { url: 'http://127.0.0.1:${toIndex.port}', name: ${index.name}, timeoutMs: 5000${keyOf(index)} } }`;
    await writeFile(config, configurationOf(options, port ?? 0, stores));
    const member = (role: 'server' | 'worker', at: number, own: number) => ({
      name: `${role}-${at + 1}`,
      command: [process.execPath, PROGRAM, '--config', config, role, '--port', String(own)],
      folder,
      environment: options.environment ?? {},
      health: `http://127.0.0.1:${own}/health/ready`,
    });
    const begin = async (role: 'server' | 'worker', wanted: readonly number[]) => {
      const members: Member[] = [];
      for (const [at, own] of wanted.entries()) {
        const made = await startMember(member(role, at, own));
        ends.push(() => made.stop());
        members.push(made);
      }
      return members;
    };
    const servers = await begin('server', ports.slice(0, options.servers));
    const workers = await begin('worker', ports.slice(options.servers));
    const balancer = await startBalancer(folder, port ?? 0, ports.slice(0, options.servers));
    ends.push(() => balancer.stop());
    const direct = await createPostgresCatalog({ ...catalog, url: postgres.url, listens: false });
    ends.push(() => direct.close());
    const personal = createPersonalTokens(direct.catalog.state);
    return {
      folder,
      config,
      url: `http://127.0.0.1:${port}`,
      urls: ports.slice(0, options.servers).map((each) => `http://127.0.0.1:${each}`),
      servers,
      workers,
      balancer,
      postgres,
      catalog: direct.catalog,
      index,
      ...(disk && { disk }),
      cpu: () => {
        const parts = [
          ...servers,
          ...workers,
          balancer,
          { name: 'catalog', pid: postgres.pid },
          { name: 'index', pid: index.pid },
        ];
        return Object.fromEntries(parts.map(({ name, pid }) => [name, cpuSeconds(pid)]));
      },
      toCatalog,
      toIndex,
      settled: (documents) => settled(direct.catalog, documents),
      runs: () => direct.catalog.runs(undefined, 1_000),
      token: (person) => tokenOf(personal, person),
      tokens: (people) => Promise.all(Array.from({ length: people }, (_, at) => tokenOf(personal, `p${at}`))),
      revoke: async (token) => {
        const record = await personal.find(token);
        if (!record || !(await personal.revoke(record.id))) throw new Error('no such token');
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configurationOf(
  { company, schedule = '1h', more = '', signIn = '' }: ClusterOptions,
  port: number,
  stores: string,
): string {
  return [
    configuration(company),
    stores,
    `signIn: { publicUrl: 'http://127.0.0.1:${port}', ${signIn} }`,
    `schedules: { content: ${schedule}, census: ${schedule} }`,
    // Everybody comes from the balancer's address; those who ask here ask more than people do.
    'server: { connections: 6000, drain: { announceSeconds: 3, limitSeconds: 20 }, limits: { concurrentPerAddress: 100000, perMinutePerAddress: 10000000, perMinutePerPerson: 1000000, concurrentPerPerson: 1000 } }',
    'parsing: { workers: 1 }',
    more,
  ].join('\n');
}

async function settled(catalog: Catalog, documents: number): Promise<void> {
  const until = Date.now() + SETTLE_TIMEOUT_MS;
  while (Date.now() < until) {
    const [sources, requests, jobs] = await Promise.all([
      catalog.sources(),
      catalog.requested(undefined, 1),
      catalog.jobs(),
    ]);
    const found = sources.reduce((sum, each) => sum + each.documents, 0);
    const isBusy = requests.length > 0 || jobs.some(({ outcome }) => outcome === 'running');
    if (found === documents && !isBusy && sources.every(({ lastCompletedAt }) => lastCompletedAt)) return;
    await wait(250);
  }
  throw new Error(`the workers were not done after ${SETTLE_TIMEOUT_MS} ms`);
}

async function tokenOf(tokens: ReturnType<typeof createPersonalTokens>, person: string): Promise<string> {
  const expiresAt = new Date(Date.now() + SECONDS_A_YEAR * 1_000).toISOString();
  return (await tokens.create({ person, name: 'load', scopes: ['knowledge:read'], expiresAt })).token;
}

function socketFolder({ url }: PostgresServer): string {
  return decodeURIComponent(new URL(url).hostname);
}

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}
