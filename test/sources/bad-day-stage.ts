import assert from 'node:assert/strict';
import { Secret } from '@fumikura/config';
import { toAppError } from '@fumikura/errors';
import type { HttpClock } from '@fumikura/http';
import { silentLogger } from '@fumikura/logging';
import type { SourceId } from '@fumikura/model';
import type { Connector, RunRecord } from '@fumikura/ports';
import type { SyncOptions } from '@fumikura/ingest';
import type { SimulatedAnswer } from '../simulators/kit/simulator.ts';
import { quickClock } from './clocks.ts';
import { confluenceConnector, makeConfluenceWorld } from './confluence-world.ts';
import type { ServedWorld } from './confluence-world.ts';
import { agrees } from './follows-edits.ts';
import { githubConnector, makeGithubWorld } from './github-world.ts';
import type { ServedGithub } from './github-world.ts';
import { jiraConnector, makeJiraWorld } from './jira-world.ts';
import { openSyncedWorld, readableBy } from './leaks.ts';
import type { SyncedWorld } from './leaks.ts';
import { makeSharepointWorld, sharepointConnector } from './sharepoint-world.ts';
import type { SourceWorld } from './source-world.ts';

/** What is another than in a world's own connector. */
export interface Otherwise {
  readonly id?: SourceId;
  readonly url?: string;
  /** Instead of the right one. */
  readonly secret?: string;
  readonly clock?: HttpClock;
  readonly fetch?: typeof fetch;
}

export interface BadDaySource {
  readonly id: SourceId;
  make(): Promise<SourceWorld>;
  connect(world: SourceWorld, otherwise: Otherwise): Connector;
}

const SIZE = 20;
/** Bytes: a second look at a world need not read its largest files. */
const maxFileBytes = 10_000_000;

export const SOURCES: Readonly<Record<string, BadDaySource>> = {
  confluence: {
    id: 'confluence:acme',
    make: () => makeConfluenceWorld(4, SIZE),
    connect: (source, { id, url = source.simulator.url, secret, clock = quickClock(), fetch: send }) => {
      const { deployment } = (source as ServedWorld).world;
      const token = new Secret(secret ?? 'simulated');
      const credential =
        deployment === 'cloud' ? { email: 'sync@acme.example', token } : { personalToken: token };
      const config = { credential, ...(id && { id, maxFileBytes }) };
      return confluenceConnector(deployment, url, config, silentLogger, clock, send);
    },
  },
  github: {
    id: 'github:acme',
    make: () => makeGithubWorld(1, SIZE),
    connect: (source, { id, url = source.simulator.url, secret, ...deps }) => {
      const { world, simulator } = source as ServedGithub;
      const credential = secret === undefined ? undefined : { token: new Secret(secret) };
      return githubConnector(world, simulator, {
        ...deps,
        apiUrl: `${url}/`,
        config: { ...(id && { id, maxFileBytes }), ...(credential && { credential }) },
      });
    },
  },
  jira: {
    id: 'jira:acme',
    make: () => makeJiraWorld(2, SIZE),
    connect: ({ simulator, connection }, { id, url = simulator.url, secret, ...deps }) =>
      jiraConnector(url, (connection as { deployment: 'cloud' | 'data-center' }).deployment, {
        ...(secret !== undefined && { token: secret }),
        config: id ? { id, maxFileBytes } : {},
        deps,
      }),
  },
  sharepoint: {
    id: 'sharepoint:contoso',
    make: () => makeSharepointWorld(3, SIZE),
    connect: ({ simulator }, { id, url = simulator.url, secret, clock = quickClock(), ...send }) =>
      sharepointConnector(url, secret, clock, silentLogger, {
        ...send,
        config: id ? { id, maxFileBytes } : {},
      }),
  },
};

/** What is to be seen from outside: who reads what, and everything that is indexed. */
interface Picture {
  readonly ids: readonly string[];
  readonly open: ReadonlyMap<string, ReadonlySet<string>>;
}

/** One source that was read once on a good day. */
export class BadDayStage {
  readonly source: BadDaySource;
  readonly world: SourceWorld;
  readonly synced: SyncedWorld;

  private constructor(source: BadDaySource, world: SourceWorld, synced: SyncedWorld) {
    this.source = source;
    this.world = world;
    this.synced = synced;
  }

  static async open(name: string): Promise<BadDayStage> {
    const source = SOURCES[name];
    assert.ok(source);
    const world = await source.make();
    const stage = new BadDayStage(source, world, await openSyncedWorld(world));
    await stage.synced.sync();
    await stage.agrees('after the good day');
    return stage;
  }

  connect(otherwise: Otherwise): Connector {
    return this.source.connect(this.world, otherwise);
  }

  /**
   * One run, and how it is seen where people look: the outcome of its record, and the code of its error with the reason
   * that the record tells.
   */
  async run(connector = this.world.connector(), options: Partial<SyncOptions> = {}): Promise<string> {
    let failure: { readonly code: string; readonly publicMessage: string } | undefined;
    const sync = this.synced.sync({ allowRemovals: false, ...options }, connector);
    await sync.catch((error: unknown) => (failure = toAppError(error)));
    const record = await this.record(connector.id);
    if (!failure) return record.outcome;
    assert.notEqual(record.outcome, 'completed');
    assert.equal(record.reason, failure.publicMessage, 'the record tells what the command told');
    return `${record.outcome} ${failure.code}`;
  }

  async record(id: SourceId = this.source.id): Promise<RunRecord> {
    const [newest] = await this.synced.store.catalog.runs(id, 1);
    assert.ok(newest, 'no run was recorded');
    return newest;
  }

  async picture(): Promise<Picture> {
    const { store } = this.synced;
    const ids = await store.catalog.listIds(this.source.id, undefined, 10_000);
    const open = new Map<string, ReadonlySet<string>>();
    for (const person of this.world.people()) open.set(person, await readableBy(store, person, ids));
    return { ids, open };
  }

  /** Nobody sees what the source would not show, and nobody more than before. */
  async nothingOpened(before: Picture): Promise<void> {
    const { leaks } = await this.synced.compare();
    assert.deepEqual(leaks, []);
    for (const [person, items] of (await this.picture()).open) {
      const earlier = before.open.get(person);
      assert.deepEqual(
        [...items].filter((id) => !earlier?.has(id)),
        [],
        person,
      );
    }
  }

  async nothingRemoved(before: Picture): Promise<void> {
    assert.deepEqual((await this.picture()).ids, before.ids);
  }

  async agrees(moment: string): Promise<void> {
    const open = await agrees(this.synced, moment);
    assert.ok(open > 0, 'somebody reads something');
  }

  async close(): Promise<void> {
    await this.synced.close();
    await this.world.close();
  }
}

/** From the request on that stands in the middle of a whole run. */
export function fromTheMiddle(requests: number, answer: SimulatedAnswer) {
  let seen = 0;
  return (_request: unknown, ordinary: SimulatedAnswer) => (++seen > requests / 2 ? answer : ordinary);
}

const LISTS = new Set(['results', 'values', 'value', 'issues', 'nodes', 'repositories', 'tree', 'responses']);

/** Every list of an answer as `change` makes it, those inside lists left alone. */
export function withLists(body: unknown, change: (list: readonly unknown[]) => readonly unknown[]): unknown {
  if (Array.isArray(body)) return change(body);
  if (typeof body !== 'object' || body === null || body instanceof Uint8Array) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (Array.isArray(value)) return [name, LISTS.has(name) ? change(value) : value];
      return [name, typeof value === 'object' ? withLists(value, change) : value];
    }),
  );
}
