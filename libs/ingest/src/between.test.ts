import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createDocumentPipeline } from '@fumikura/documents';
import { AppError } from '@fumikura/errors';
import { silentLogger } from '@fumikura/logging';
import type { ContentBody, DocumentId, Principal, SourceDocument } from '@fumikura/model';
import type { Change, Connector, Store } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { createIngest } from './index.ts';
import type { SyncOptions } from './index.ts';

const ID = 'wiki:w';
const STAFF: Principal = `group:${ID}:staff`;
const signal = new AbortController().signal;

function list(name: string, members: readonly Principal[], minute = 0): Change {
  const readAt = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  return { kind: 'list', list: { id: `${ID}/${name}`, members, readAt } };
}

function page(name: string, own: string, change: Partial<SourceDocument> = {}): Change {
  const document: SourceDocument = {
    id: `${ID}/${name}`,
    source: ID,
    externalId: name,
    kind: 'page',
    url: '',
    title: name,
    version: '1',
    acl: { allow: [`${ID}/${own}`] },
    body: { type: 'blocks', blocks: [{ type: 'paragraph', text: `text of ${name}` }] },
    ...change,
  };
  return { kind: 'upsert', document };
}

describe('what is asked for while the content is read', () => {
  let folder: string;
  let store: Store;
  const pipeline = createDocumentPipeline({ workers: 1 });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-between-'));
    store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  after(() => pipeline.close());

  const wiki = (parts: Pick<Connector, 'pull'> & Partial<Connector>): Connector => ({
    id: ID,
    removals: 'reported',
    check: async () => ({ missing: [], counts: {} }),
    ...parts,
  });
  const sync = (connector: Connector, options: Partial<SyncOptions> = {}) =>
    createIngest({ store, documents: pipeline, logger: silentLogger }).sync(connector, {
      signal,
      passes: ['content'],
      ...options,
    });
  const membersOf = async (name: string) => (await store.catalog.lists([`${ID}/${name}`]))[0]?.members;
  const aclOf = async (name: string) => {
    const id: DocumentId = `${ID}/${name}`;
    return (await store.catalog.known([id])).get(id)?.acl.allow;
  };

  it('[sync.access.between] readers are read between two batches, and nothing older comes after them', async () => {
    const events: string[] = [];
    let readers: readonly Principal[] = [STAFF];
    const connector = wiki({
      // As connectors do: a list is told once a pass, with the first item that names it.
      pull: async function* (from) {
        const first = typeof from === 'number' ? from + 1 : 0;
        events.push(`from ${first}`);
        for (let n = first; n < 6; n++) {
          const told = n === first || n === 2 ? [list('space', readers)] : [];
          // Taken away right after the batch that tells of it was made, and before that is taken.
          if (n === 2 && readers.length > 0) {
            readers = [];
            await store.catalog.request(ID, { items: [], passes: ['access', 'directory'] });
          }
          yield { changes: [...told, page(`p${n}`, 'space')], checkpoint: n };
        }
      },
      pullAccess: async function* () {
        events.push('access');
        yield { changes: [list('space', readers)], checkpoint: null };
      },
      directory: async function* () {
        events.push('directory');
        yield { groups: [{ principal: STAFF, members: [] }] };
      },
    });
    await sync(connector);
    assert.deepEqual(events.slice(0, 3), ['from 0', 'directory', 'access']);
    assert.match(events[3] ?? '', /^from [12]$/u);
    assert.equal(events.length, 4);
    assert.deepEqual(await membersOf('space'), []);
    assert.equal((await store.catalog.listIds(ID, undefined, 9)).length, 6);
    assert.deepEqual(await store.catalog.requested(ID, 9), []);
    const jobs = (await store.catalog.jobs()).map(({ pass, outcome }) => [pass, outcome]);
    assert.deepEqual(jobs.toSorted(), [
      ['access', 'completed'],
      ['directory', 'completed'],
    ]);
  });

  it('[sync.access.between] however often it is asked for, the content goes on', async (t) => {
    let passes = 0;
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    const connector = wiki({
      pull: async function* (from) {
        for (let n = Number(from ?? 0); n < 40; n++) {
          await store.catalog.request(ID, { items: [], passes: ['access'] });
          now += 1;
          yield { changes: [page(`p${n}`, 'space')], checkpoint: n + 1 };
        }
      },
      pullAccess: async function* () {
        passes++;
        now += 20;
        yield { changes: [list('space', [])], checkpoint: null };
      },
    });
    await sync(connector);
    assert.equal((await store.catalog.listIds(ID, undefined, 99)).length, 40);
    // Each took as long as 20 batches, and left the content as much.
    assert.ok(passes > 0 && passes <= 3, `${passes} permission passes for 40 batches`);
  });

  it('[sync.requests] an item that was read meanwhile is not put back by what was read ahead', async () => {
    let isSealed = false;
    const now = () => [list('own', isSealed ? [] : [STAFF], isSealed ? 1 : 0)];
    const connector = wiki({
      pull: async function* () {
        yield { changes: [list('space', [STAFF]), page('a', 'space')], checkpoint: 1 };
        const lists = now();
        isSealed = true;
        await store.catalog.request(ID, { items: [`${ID}/b`], passes: [] });
        yield { changes: [page('b', 'space', { version: 'old' })], checkpoint: 2 };
        yield { changes: [...lists, page('c', 'own')], checkpoint: 3 };
      },
      refresh: async function* (ids) {
        yield [...now(), ...ids.map(() => page('b', 'own', { version: 'new' }))];
      },
    });
    await sync(connector);
    assert.deepEqual(await aclOf('b'), [`${ID}/own`]);
    assert.deepEqual(await membersOf('own'), [], 'a list that was read before does not replace a newer one');
    assert.deepEqual(await aclOf('c'), [`${ID}/own`]);
  });

  it('[sync.read-ahead] contents of the next batch are read while this one is taken, within a bound', async () => {
    const MiB = 1_048_576;
    let held = 0;
    let most = 0;
    const begun: string[] = [];
    const file = (name: string, sizeBytes: number, fails = false): Change => {
      const body: ContentBody = {
        type: 'content',
        fileName: `${name}.txt`,
        sizeBytes,
        read: async () => {
          begun.push(name);
          most = Math.max(most, (held += sizeBytes));
          await delay(5);
          held -= sizeBytes;
          if (fails) throw new AppError('SOURCE_UNAVAILABLE', 'transient', 'cut off');
          return new TextEncoder().encode(`text of ${name}`);
        },
      };
      return page(name, 'space', { body });
    };
    const taken: string[][] = [];
    const connector = wiki({
      pull: async function* () {
        yield { changes: [file('a', 1), file('b', 1, true)], checkpoint: 1 };
        yield { changes: [file('c', 9 * MiB), file('d', 9 * MiB), file('e', 50 * MiB)], checkpoint: 2 };
        yield { changes: [file('f', 1)], checkpoint: 3 };
        taken.push([...begun]);
      },
    });
    const { counters } = await sync(connector);
    assert.deepEqual(begun, ['a', 'b', 'c', 'd', 'e', 'f']);
    assert.ok((taken[0]?.length ?? 6) < 6, 'not everything is read before the first batch is taken');
    assert.equal(most, 50 * MiB, 'a large one alone, others only together within the bound');
    assert.deepEqual([counters['written'], counters['failed']], [5, 1]);
  });

  it('[sync.dead-letters] a source that tells us to wait ends the run, not its items', async () => {
    const connector = wiki({
      pull: async function* () {
        const body: ContentBody = {
          type: 'content',
          fileName: 'a.txt',
          sizeBytes: 4,
          read: () => Promise.reject(new AppError('SOURCE_RATE_LIMITED', 'rate-limited', 'in an hour')),
        };
        yield { changes: [page('a', 'space', { body })], checkpoint: 1 };
      },
    });
    await assert.rejects(sync(connector), { code: 'SOURCE_RATE_LIMITED' });
    assert.deepEqual(await store.catalog.deadLetters(ID, 9), []);
    assert.equal(await store.catalog.checkpoint(ID), undefined, 'it is asked for again');
  });

  it('[sync.unchanged] content that the source says is the same is not read again', async () => {
    let reads = 0;
    const told = (version: string) =>
      wiki({
        pull: async function* () {
          const body: ContentBody = {
            type: 'content',
            fileName: 'a.txt',
            sizeBytes: 4,
            read: async () => {
              reads++;
              return new TextEncoder().encode('text');
            },
          };
          yield { changes: [page('a', 'space', { version, contentHash: 'same', body })], checkpoint: null };
        },
      });
    await sync(told('1'));
    const { counters } = await sync(told('2'));
    assert.deepEqual([reads, counters['retold']], [1, 1]);
    await sync(told('2'), { full: true });
    assert.equal(reads, 2);
  });
});
