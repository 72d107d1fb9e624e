import assert from 'node:assert/strict';
import type { SourceDocument } from '@fumikura/model';
import type { SyncBatch } from '@fumikura/ports';
import type { JiraOptions } from '../simulators/jira/server.ts';
import { addGroup, addProject, addScheme, addUser, emptyWorld } from '../simulators/jira/making.ts';
import type { JiraWorld } from '../simulators/jira/world.ts';
import { agrees } from './follows-edits.ts';
import { serveJira } from './jira-world.ts';
import { openSyncedWorld } from './leaks.ts';
import type { SyncedWorld } from './leaks.ts';
import type { SourceWorld } from './source-world.ts';

export const signal = new AbortController().signal;
export const ID = 'jira:acme';

export async function collect<T>(all: AsyncIterable<T> | undefined): Promise<T[]> {
  const found: T[] = [];
  for await (const each of all ?? []) found.push(each);
  return found;
}

export function documents(batches: readonly SyncBatch[]): SourceDocument[] {
  return batches.flatMap(({ changes }) =>
    changes.flatMap((each) => (each.kind === 'upsert' ? [each.document] : [])),
  );
}

export async function textOf({ body }: SourceDocument): Promise<string> {
  if (body.type === 'blocks') return JSON.stringify(body.blocks);
  return new TextDecoder().decode(await body.read(signal));
}

/** Two people, a group of one of them, a project for that group. */
export function company(deployment: JiraWorld['deployment'] = 'cloud') {
  const world = emptyWorld(deployment);
  const [ada, bob] = ['ada', 'bob'].map((id) => addUser(world, { id }).id) as [string, string];
  const staff = addGroup(world, 'Staff', [ada]);
  world.roles.set('10002', 'Developers');
  const ours = { type: 'user', of: world.ourAccount } as const;
  const scheme = addScheme(world, [{ type: 'group', of: staff.id }, ours]);
  const project = addProject(world, { key: 'PAY', lead: ada, scheme: scheme.id });
  project.roles.set('10002', { users: new Set([bob, world.ourAccount]), groups: new Set() });
  return { world, ada, bob, staff, ours, scheme, project };
}

/** One site at a time, read by the real engine. */
export class Stage {
  #source: SourceWorld | undefined;
  #synced: SyncedWorld | undefined;

  get source(): SourceWorld {
    assert.ok(this.#source, 'no site is open');
    return this.#source;
  }

  get synced(): SyncedWorld {
    assert.ok(this.#synced, 'no site is open');
    return this.#synced;
  }

  async open(world: JiraWorld, options: JiraOptions = {}): Promise<void> {
    this.#source = await serveJira(world, options);
    this.#synced = await openSyncedWorld(this.#source);
  }

  async close(): Promise<void> {
    await this.#synced?.close();
    await this.#source?.close();
    this.#synced = this.#source = undefined;
  }

  /** Nobody sees more than the source shows, or less without a reason. @returns how much is open */
  compare(moment: string): Promise<number> {
    return agrees(this.synced, moment);
  }

  async indexed(): Promise<string[]> {
    const ids = await this.synced.store.catalog.listIds(ID, undefined, 10_000);
    return ids.map((id) => id.slice(ID.length + 1));
  }

  async told(): Promise<SourceDocument[]> {
    return documents(await collect(this.source.connector().pull(undefined, signal)));
  }

  asked(part: string): number {
    return this.source.simulator.requests.filter(({ path }) => path.includes(part)).length;
  }
}
