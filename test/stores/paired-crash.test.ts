import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Settlement, Store, VersionedDocument } from '@fumikura/ports';
import { createPairedStore } from '@fumikura/store-paired';
import type { PairedStore } from '@fumikura/store-paired';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import { createQdrantIndex } from '@fumikura/store-qdrant';
import type { QdrantIndex } from '@fumikura/store-qdrant';
import {
  ALICE,
  allowList,
  BOB,
  documentWrite,
  filterFor,
  lexical,
  postgresMissing,
  rejectsWith,
  seeded,
  startPostgres,
} from '@fumikura/testkit';
import { startQdrant } from '../simulators/qdrant/server.ts';

const SOURCE = 'test:wiki';
const WRITER = fileURLToPath(new URL('paired-writer.ts', import.meta.url));
const KILLS = 6;
const signal = new AbortController().signal;
const LISTS = [allowList('all', ALICE, BOB), allowList('hers', ALICE)];
const [ALL, HERS] = [{ allow: ['all'] }, { allow: ['hers'] }];

type Fault = 'before staging' | 'while staging' | 'after staging' | 'before settling' | 'none';

/** An index whose process ends at a chosen moment: from then on nothing of it happens any more. */
function mortal(index: QdrantIndex): QdrantIndex & { fault: Fault } {
  let isDead = false;
  const die = () => {
    isDead = true;
    throw new Error('the process ended');
  };
  const made = {
    ...bound(index),
    fault: 'none' as Fault,
    stage: async (writes: readonly VersionedDocument[]) => {
      if (isDead || made.fault === 'before staging') die();
      await index.stage(made.fault === 'while staging' ? writes.slice(0, 1) : writes);
      if (made.fault === 'while staging' || made.fault === 'after staging') die();
    },
    settle: async (settlements: readonly Settlement[]) => {
      if (isDead || made.fault === 'before settling') die();
      await index.settle(settlements);
    },
  };
  return made;
}

function bound(index: QdrantIndex): QdrantIndex {
  return {
    write: (batch) => index.write(batch),
    search: (...args) => index.search(...args),
    searchConfirmed: (...args) => index.searchConfirmed(...args),
    matching: (...args) => index.matching(...args),
    rarity: (...args) => index.rarity(...args),
    stats: () => index.stats(),
    useFingerprint: (fingerprint) => index.useFingerprint(fingerprint),
    maintain: (stop) => index.maintain(stop),
    check: (stop) => index.check(stop),
    validate: (documents) => index.validate(documents),
    stage: (writes) => index.stage(writes),
    settle: (settlements) => index.settle(settlements),
    versions: (stop) => index.versions(stop),
    held: (ids) => index.held(ids),
    vectorsOf: (documents) => index.vectorsOf(documents),
    reach: () => index.reach(),
    rebind: (fingerprint) => index.rebind(fingerprint),
    putVectors: (documents) => index.putVectors(documents),
    calibrate: (sample) => index.calibrate(sample),
    close: () => index.close(),
  };
}

async function found(store: Store, query: string, principal: typeof ALICE): Promise<string[]> {
  const access = await filterFor(store.catalog, principal);
  const { candidates } = await store.index.search(lexical(query, { candidates: 1_000 }), access, signal);
  return candidates.map(({ documentId }) => documentId.slice(SOURCE.length + 1)).sort();
}

describe('a store of two engines that breaks off', { skip: postgresMissing() ?? false }, () => {
  let server: ReturnType<typeof startPostgres> | undefined;
  after(async () => (await server)?.stop());

  const using = async (
    work: (
      open: (fault?: Fault) => Promise<PairedStore>,
      place: { url: string; schema: string; qdrant: string },
    ) => Promise<void>,
  ) => {
    const { url } = await (server ??= startPostgres());
    const simulator = await startQdrant({ judged: false });
    const schema = `crash_${Math.floor(Math.random() * 1e9)}`;
    const opened: PairedStore[] = [];
    const open = async (fault: Fault = 'none') => {
      const index = mortal(await createQdrantIndex({ url: simulator.url, attempts: 2 }));
      const catalog = await createPostgresCatalog({ url, schema, maxConnections: 4, listens: false });
      const store = await createPairedStore({ catalog, index, abandonAfterMs: 0 });
      index.fault = fault;
      opened.push(store);
      return store;
    };
    try {
      await work(open, { url, schema, qdrant: simulator.url });
    } finally {
      for (const store of opened) await store.close();
      await simulator.close();
    }
  };

  const isSound = async (store: PairedStore) =>
    assert.deepEqual(await store.compare({ repair: false, signal }), {
      orphans: 0,
      readers: 0,
      missing: 0,
      repaired: false,
    });

  for (const fault of ['before staging', 'while staging', 'after staging'] as const) {
    it(`[sync.one-transaction] a batch that breaks off ${fault} is nowhere, and leaves nothing after recovery`, () =>
      using(async (open) => {
        const store = await open();
        const first = documentWrite(`${SOURCE}/a`, ALL, { parts: ['word first'] });
        await store.commit({ source: SOURCE, lists: LISTS, upserts: [first], checkpoint: 1 });
        const dying = await open(fault);
        const upserts = ['a', 'b', 'c'].map((name) =>
          documentWrite(`${SOURCE}/${name}`, HERS, { parts: ['word second'] }),
        );
        await assert.rejects(dying.commit({ source: SOURCE, upserts, checkpoint: 2 }), /the process ended/);
        for (const reader of [store, await open()]) {
          assert.deepEqual(await found(reader, 'word', BOB), ['a']);
          assert.deepEqual(await found(reader, 'second', ALICE), []);
          assert.equal(await reader.catalog.checkpoint(SOURCE), 1);
        }
        await store.recover(signal);
        await isSound(store);
        await store.commit({ source: SOURCE, upserts, checkpoint: 2 });
        assert.deepEqual(await found(store, 'second', ALICE), ['a', 'b', 'c']);
        await isSound(store);
      }));
  }

  it('[access.inside-scan] a change that was confirmed and not settled is never shown with the readers before', () =>
    using(async (open) => {
      const store = await open();
      const names = ['closed', 'opened', 'removed', 'rewritten'];
      const upserts = names.map((name) =>
        documentWrite(`${SOURCE}/${name}`, name === 'opened' ? HERS : ALL, { parts: [`word old${name}`] }),
      );
      await store.commit({ source: SOURCE, lists: LISTS, upserts });
      const dying = await open('before settling');
      const change = dying.commit({
        source: SOURCE,
        upserts: [documentWrite(`${SOURCE}/rewritten`, HERS, { parts: ['word other'], version: '2' })],
        acls: [
          { id: `${SOURCE}/closed`, acl: HERS },
          { id: `${SOURCE}/opened`, acl: ALL },
        ],
        removals: [`${SOURCE}/removed`],
      });
      await assert.rejects(change, /the process ended/);
      assert.deepEqual(
        await found(store, 'word', BOB),
        [],
        'what was widened comes after recovery, and not before',
      );
      assert.deepEqual(await found(store, 'oldrewritten', ALICE), []);
      assert.deepEqual(await found(store, 'other', ALICE), ['rewritten']);
      await store.recover(signal);
      assert.deepEqual(await found(store, 'word', BOB), ['opened']);
      assert.deepEqual(await found(store, 'word', ALICE), ['closed', 'opened', 'rewritten']);
      await isSound(store);
    }));

  it('[sync.one-transaction] what a dead process wrote is removed, and a late one is refused', () =>
    using(async (open) => {
      const [store, slow] = [await open(), await open()];
      const upserts = [documentWrite(`${SOURCE}/a`, ALL, { parts: ['word'] })];
      const pending = await slow.journal.begin({ source: SOURCE, lists: LISTS, upserts });
      await slow.versions.stage(pending.writes);
      await store.recover(signal);
      await rejectsWith('STORE_CONFLICT', () => slow.journal.confirm(pending));
      assert.deepEqual(await found(store, 'word', ALICE), []);
      await isSound(store);
    }));

  it('[scale.degraded] an index that was lost and made anew is told as away, until it is filled again', () =>
    using(async (open, { url, schema, qdrant }) => {
      const store = await open();
      const upserts = [documentWrite(`${SOURCE}/a`, ALL, { parts: ['word'] })];
      await store.commit({ source: SOURCE, lists: LISTS, upserts });
      assert.deepEqual(await found(store, 'nothing has this', ALICE), []);
      const lost = await createPairedStore({
        catalog: await createPostgresCatalog({ url, schema, maxConnections: 4, listens: false }),
        index: await createQdrantIndex({ url: qdrant, name: 'made_anew' }),
      });
      await rejectsWith('STORE_UNREACHABLE', () => found(lost, 'word', ALICE));
      await lost.compare({ repair: true, signal });
      assert.deepEqual(await found(lost, 'word', ALICE), ['a']);
      assert.deepEqual(await found(lost, 'nothing has this', ALICE), []);
      await lost.close();
    }));

  it('finds and repairs what is in the index alone, lost in it, or carries other readers', () =>
    using(async (open) => {
      const store = await open();
      const upserts = ['a', 'b', 'c'].map((name) =>
        documentWrite(`${SOURCE}/${name}`, ALL, { parts: ['word', 'more', name] }),
      );
      await store.commit({ source: SOURCE, lists: LISTS, upserts });
      const [a, b, c] = await Promise.all(
        ['a', 'b', 'c'].map(async (name) => (await store.journal.documents([`${SOURCE}/${name}`]))[0]),
      );
      if (!a || !b || !c) assert.fail('unreachable');
      const stranger = { ...a.document, documentId: `${SOURCE}/stranger` };
      await store.versions.stage([
        { version: 900_001, document: stranger },
        { version: a.version - 1, document: a.document },
      ]);
      await store.versions.settle([
        { documentId: b.document.documentId, note: 0, version: b.version },
        {
          documentId: c.document.documentId,
          note: 0,
          confirmed: { version: c.version, aclId: 77, aclVersion: 900_000 },
        },
      ]);
      const broken = await store.compare({ repair: false, signal });
      assert.deepEqual(broken, { orphans: 2, readers: 1, missing: 1, repaired: false });
      assert.equal((await store.index.check(signal)).length, 3);
      await store.compare({ repair: true, signal });
      assert.deepEqual(await found(store, 'word', ALICE), ['a', 'b', 'c']);
      await isSound(store);
    }));

  it(
    'loses nothing that was confirmed and shows nothing it may not, killed at any moment',
    { timeout: 120_000 },
    () =>
      using(async (open, { url, schema, qdrant }) => {
        const random = seeded(21);
        let acknowledged = 0;
        for (let kill = 0; kill < KILLS; kill++) {
          const child = spawn(process.execPath, [WRITER, url, schema, qdrant, String(acknowledged)], {
            stdio: ['ignore', 'pipe', 'inherit'],
          });
          const lines = createInterface({ input: child.stdout });
          const wanted = 2 + Math.floor(random() * 6);
          let seen = 0;
          for await (const line of lines) {
            acknowledged = Number(line);
            if (++seen < wanted) continue;
            await wait(random() * 25);
            child.kill('SIGKILL');
          }
          if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
          const store = await open();
          const byBob = await found(store, 'word', BOB);
          const bob = await filterFor(store.catalog, BOB);
          const readable = await store.catalog.readable(
            byBob.map((name) => `${SOURCE}/${name}`),
            bob,
          );
          assert.equal(readable.length, byBob.length, 'whatever is found may be read');
        }
        const store = await open();
        await store.recover(signal);
        await isSound(store);
        const checkpoint = Number(await store.catalog.checkpoint(SOURCE));
        assert.ok(checkpoint >= acknowledged, `${checkpoint} of ${acknowledged}`);
        const ids = await store.catalog.listIds(SOURCE, undefined, 10_000);
        assert.deepEqual(
          await found(store, 'word', ALICE),
          ids.map((id) => id.slice(SOURCE.length + 1)).sort(),
        );
        for (let n = 0; n + 8 < acknowledged; n += 4)
          assert.ok(ids.includes(`${SOURCE}/${n}`) && !ids.includes(`${SOURCE}/${n + 2}`), `${n}`);
      }),
  );
});
