import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import type { DocumentWrite, Store } from '@fumikura/ports';
import {
  documentWrite,
  FINGERPRINT,
  lexical,
  rejectsWith,
  seeded,
  testDocument,
  vectorOf,
} from '@fumikura/testkit';
import { TOKENISER_VERSION } from '@fumikura/text';
import type { RebuildProgress } from './rebuild.ts';
import { ACL, EVERYBODY, everybody, found, numbered, SOURCE } from './testing/documents.ts';
import { temporaryPlace } from './testing/place.ts';
import type { SqliteStore } from './store.ts';

const signal = new AbortController().signal;

async function filled(documents: number, { withVectors = false } = {}) {
  const place = await temporaryPlace({ inline: true });
  const store = await place.open();
  if (withVectors) await store.index.useFingerprint(FINGERPRINT);
  const random = seeded(1);
  const upserts = Array.from({ length: documents }, (_, n): DocumentWrite => {
    const write = numbered(n);
    return withVectors ? { ...write, vectors: write.chunks.map(() => vectorOf(random)) } : write;
  });
  await store.commit({ source: SOURCE, lists: [EVERYBODY], upserts });
  return { place, store, upserts };
}

async function scores(store: Store, query: string) {
  const request = lexical(query, { candidates: 1_000 });
  return (await store.index.search(request, await everybody(store), signal)).candidates;
}

/** Stops after so many steps, as a process that is killed between two would. */
async function rebuildSome(store: SqliteStore, steps: number): Promise<readonly RebuildProgress[]> {
  const controller = new AbortController();
  const seen: RebuildProgress[] = [];
  const onProgress = (progress: RebuildProgress) => {
    seen.push(progress);
    if (seen.length === steps) controller.abort();
  };
  await rejectsWith('CANCELLED', () => store.rebuild({ signal: controller.signal, onProgress }));
  return seen;
}

async function filesBeside(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.includes('rebuild'));
}

function setTokeniser(file: string, version: string): void {
  const db = new DatabaseSync(file);
  db.prepare(`UPDATE setting SET value = ? WHERE name = 'tokeniser'`).run(version);
  db.close();
}

describe('a rebuild of the index', () => {
  it('gives the index that writing everything anew gives', async () => {
    const { place, store } = await filled(400);
    for (let n = 0; n < 300; n++) await store.commit({ source: SOURCE, upserts: [numbered(n, '2')] });
    await store.commit({ source: SOURCE, removals: [`${SOURCE}/7`] });
    assert.ok((await store.index.stats()).deadSlots > 0);
    await store.rebuild();
    const { deadSlots, pendingChunks, documents } = await store.index.stats();
    assert.deepEqual([deadSlots, pendingChunks, documents], [0, 0, 399]);
    const fresh = await temporaryPlace({ inline: true });
    const other = await fresh.open();
    const upserts = Array.from({ length: 400 }, (_, n) => numbered(n, n < 300 ? '2' : '1'));
    await other.commit({ source: SOURCE, lists: [EVERYBODY], upserts: upserts.filter((_, n) => n !== 7) });
    for (const query of ['word', 'version2 number9', 'title 250', 'number7'])
      assert.deepEqual(await scores(store, query), await scores(other, query));
    assert.deepEqual(await store.index.check(signal), []);
    assert.deepEqual(await filesBeside(place.folder), []);
    await Promise.all([store.close(), other.close()]);
    await Promise.all([place.remove(), fresh.remove()]);
  });

  it('goes on where a process that ended had stopped, and tells how far it is', async () => {
    const { place, store } = await filled(1_500);
    const first = await rebuildSome(store, 2);
    assert.deepEqual(
      first.map(({ isDone, total }) => [isDone, total]),
      [
        [false, 1_500],
        [false, 1_500],
      ],
    );
    await store.close();
    assert.equal((await filesBeside(place.folder)).length, 1);
    const again = await place.open();
    const rest: RebuildProgress[] = [];
    await again.rebuild({ onProgress: (progress) => rest.push(progress) });
    assert.ok((rest[0]?.documents ?? 0) > (first.at(-1)?.documents ?? 1_500), 'it did not begin anew');
    assert.deepEqual(rest.at(-1), { documents: 1_500, total: 1_500, isDone: true });
    assert.equal((await scores(again, 'word')).length, 1_000);
    assert.deepEqual(await again.index.check(signal), []);
    assert.deepEqual(await filesBeside(place.folder), []);
    await again.close();
    await place.remove();
  });

  it('takes along what is written, moved, retold and removed meanwhile', async () => {
    const { place, store } = await filled(1_200);
    await rebuildSome(store, 2);
    const nobody = { allow: ['nobody'] };
    await store.commit({
      source: SOURCE,
      upserts: [numbered(0, 'fresh'), numbered(1_199, 'fresh'), numbered(5_000)],
      removals: [`${SOURCE}/1`, `${SOURCE}/1198`],
      acls: [
        { id: `${SOURCE}/2`, acl: nobody },
        { id: `${SOURCE}/1197`, acl: nobody },
      ],
    });
    assert.deepEqual((await found(store, 'versionfresh')).sort(), ['0', '1199'], 'and it is found at once');
    await store.rebuild();
    assert.deepEqual((await found(store, 'versionfresh')).sort(), ['0', '1199']);
    assert.deepEqual(await found(store, 'number5000'), ['5000']);
    for (const gone of [1, 1_198, 2, 1_197]) assert.deepEqual(await found(store, `number${gone}`), []);
    assert.equal((await store.index.stats()).documents, 1_199);
    assert.deepEqual(await store.index.check(signal), []);
    await store.close();
    await place.remove();
  });

  it('is noticed by other openings, which then find what they found before', async () => {
    const { place, store } = await filled(300);
    const other = await place.open();
    for (let n = 0; n < 40; n++) await store.commit({ source: SOURCE, upserts: [numbered(n, '2')] });
    const before = await found(other, 'version2');
    assert.equal(before.length, 40);
    await store.rebuild();
    assert.deepEqual((await found(other, 'version2')).sort(), before.sort());
    assert.deepEqual(await found(other, 'number299'), ['299']);
    await other.commit({ source: SOURCE, upserts: [numbered(299, 'late')] });
    assert.deepEqual(await found(store, 'versionlate'), ['299']);
    assert.deepEqual(await other.index.check(signal), []);
    await Promise.all([store.close(), other.close()]);
    await place.remove();
  });

  it('keeps every vector', async () => {
    const { place, store, upserts } = await filled(400, { withVectors: true });
    const access = await everybody(store);
    const nearest = async (vector: Float32Array) => {
      const request = { dense: { vector, fingerprint: FINGERPRINT }, candidates: 1 };
      const [best] = (await store.index.search(request, access, signal)).candidates;
      // Stored to int8 precision: the third decimal is what a vector keeps.
      return [best?.documentId, best?.denseChunkOrdinal, best?.cosine?.toFixed(2)];
    };
    const probes = [0, 123, 399].map((n) => upserts[n]?.vectors?.[1] ?? new Float32Array());
    const before = await Promise.all(probes.map(nearest));
    await store.rebuild();
    assert.deepEqual(await Promise.all(probes.map(nearest)), before);
    assert.deepEqual((await store.index.stats()).fingerprint, FINGERPRINT);
    assert.deepEqual(await store.index.check(signal), []);
    await store.close();
    await place.remove();
  });

  it('is done once when two want it', async () => {
    const { place, store } = await filled(900);
    const other = await place.open();
    await Promise.all([store.rebuild(), other.rebuild()]);
    for (const each of [store, other]) {
      assert.equal((await found(each, 'word')).length, 100);
      assert.deepEqual(await each.index.check(signal), []);
    }
    assert.deepEqual(await filesBeside(place.folder), []);
    await Promise.all([store.close(), other.close()]);
    await place.remove();
  });

  it('is refused where the texts are not kept, and nothing is lost', async () => {
    const place = await temporaryPlace({ inline: true });
    const store = await place.open();
    await store.index.write({ upserts: [testDocument('a', 'word', 1)] });
    const error = await rejectsWith('STORE_OLDER', () => store.rebuild());
    assert.ok(error.publicMessage.includes(place.file));
    assert.equal((await store.index.stats()).documents, 1);
    await store.close();
    await place.remove();
  });

  it('is part of upkeep when much of the index is dead', async () => {
    const { place, store } = await filled(3_000);
    const upserts = Array.from({ length: 2_000 }, (_, n) => numbered(n, '2'));
    await store.commit({ source: SOURCE, upserts });
    await store.index.maintain(signal);
    const { deadSlots, documents } = await store.index.stats();
    assert.deepEqual([deadSlots, documents], [0, 3_000]);
    assert.equal((await found(store, 'version2')).length, 100);
    assert.deepEqual(await store.index.check(signal), []);
    await store.close();
    await place.remove();
  });
});

describe('an index that another tokeniser made', () => {
  it('is made anew before the store opens, which is told', async () => {
    for (const inline of [true, false]) {
      const { place, store } = await filled(500);
      await store.close();
      setTokeniser(place.file, 'of before');
      const seen: RebuildProgress[] = [];
      const again = await place.open({ inline, rebuild: { onProgress: (progress) => seen.push(progress) } });
      assert.equal(seen.at(-1)?.isDone, true);
      assert.equal((await again.index.stats()).tokeniserVersion, TOKENISER_VERSION);
      assert.deepEqual(await found(again, 'number77'), ['77']);
      await again.close();
      await place.remove();
    }
  });

  it('is refused when it may only be read', async () => {
    const { place, store } = await filled(3);
    await store.close();
    setTokeniser(place.file, 'of before');
    const error = await rejectsWith('STORE_OLDER', () => place.open({ readOnly: true }));
    assert.match(error.publicMessage, /another version.*right to write/);
    await place.remove();
  });

  it('is left alone by a process that still has it open with its own tokeniser', async () => {
    const { place, store } = await filled(3);
    setTokeniser(place.file, 'of a newer version');
    const error = await rejectsWith('STORE_NEWER', () =>
      store.commit({ source: SOURCE, upserts: [documentWrite(`${SOURCE}/x`, ACL)] }),
    );
    assert.match(error.publicMessage, /Restart/);
    setTokeniser(place.file, TOKENISER_VERSION);
    await store.commit({ source: SOURCE, upserts: [documentWrite(`${SOURCE}/x`, ACL)] });
    await store.close();
    await place.remove();
  });

  it('works on with another ICU, and says which one made it', async () => {
    const { place, store } = await filled(3);
    await store.close();
    const db = new DatabaseSync(place.file);
    db.exec(`UPDATE setting SET value = '1.2' WHERE name = 'icu'`);
    db.close();
    const again = await place.open();
    assert.equal((await again.index.stats()).icuVersion, '1.2');
    assert.deepEqual(await found(again, 'number1'), ['1']);
    await again.rebuild();
    assert.equal((await again.index.stats()).icuVersion, process.versions['icu']);
    await again.close();
    await place.remove();
  });
});
