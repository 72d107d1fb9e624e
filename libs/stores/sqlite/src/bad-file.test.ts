import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import type { ErrorCode } from '@fumikura/errors';
import { rejectsWith, until } from '@fumikura/testkit';
import { ACL, EVERYBODY, found, numbered, SOURCE } from './testing/documents.ts';
import type { Outcome } from './testing/open-process.ts';
import { temporaryPlace } from './testing/place.ts';
import { outputOf, startScript } from './testing/processes.ts';

type Place = Awaited<ReturnType<typeof temporaryPlace>>;

/** A closed store with some documents. */
async function filled(documents = 3): Promise<Place> {
  const place = await temporaryPlace({ inline: true });
  const store = await place.open();
  const upserts = Array.from({ length: documents }, (_, n) => numbered(n));
  await store.commit({ source: SOURCE, lists: [EVERYBODY], upserts });
  await store.close();
  return place;
}

function change(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

async function refuses(place: Place, code: ErrorCode, says: RegExp, options = {}): Promise<void> {
  for (const inline of [true, false]) {
    const error = await rejectsWith(code, () => place.open({ ...options, inline }));
    assert.ok(error.publicMessage.includes(place.file), error.publicMessage);
    assert.match(error.publicMessage, says);
  }
  await place.remove();
}

describe('a file that cannot be used is refused by name, with what to do', () => {
  it('when a newer version wrote it', async () => {
    const place = await filled();
    change(place.file, 'PRAGMA user_version = 999');
    await refuses(place, 'STORE_NEWER', /format 999.*Install the newer version/);
  });

  it('when it is from before the first release', async () => {
    const place = await filled();
    change(place.file, 'PRAGMA user_version = 1');
    await refuses(place, 'STORE_OLDER', /Delete it and run "fumi sync"/);
  });

  it('when it belongs to another program', async () => {
    const place = await temporaryPlace();
    change(place.file, 'CREATE TABLE theirs(x); PRAGMA user_version = 2;');
    await refuses(place, 'STORE_DAMAGED', /another program/);
  });

  it('when it is no database', async () => {
    const place = await temporaryPlace();
    await writeFile(place.file, 'something else entirely '.repeat(1_000));
    await refuses(place, 'STORE_DAMAGED', /no database/);
  });

  it('when its header is damaged', async () => {
    const place = await filled();
    const bytes = await readFile(place.file);
    await writeFile(place.file, bytes.fill(0, 0, 64));
    await refuses(place, 'STORE_DAMAGED', /Restore a backup/);
  });

  it('when its end is missing', async () => {
    const place = await filled(200);
    await truncate(place.file, 3 * 8_192 + 100);
    await refuses(place, 'STORE_DAMAGED', /Restore a backup/);
  });

  it('when its path is a folder', async () => {
    const place = await temporaryPlace();
    await refuses(
      { ...place, file: place.folder, open: (more) => place.open({ ...more, file: place.folder }) },
      'STORE_READ_ONLY',
      /cannot be opened/,
    );
  });

  it('when it is not there and may only be read', async () => {
    await refuses(await temporaryPlace(), 'STORE_READ_ONLY', /cannot be opened/, { readOnly: true });
  });

  it('when it is empty and may only be read', async () => {
    const place = await temporaryPlace();
    await writeFile(place.file, '');
    await refuses(place, 'STORE_READ_ONLY', /empty/, { readOnly: true });
  });
});

describe('a file that is damaged inside', () => {
  it('is found by check, with a remedy, and does not stop the rest', async () => {
    const place = await filled(600);
    const bytes = await readFile(place.file);
    const at = bytes.length - 40 * 8_192;
    await writeFile(place.file, bytes.fill(0x5a, at, at + 20 * 8_192));
    const store = await place.open();
    const [damage] = await store.index.check(new AbortController().signal);
    assert.match(damage?.what ?? '', /page/);
    assert.match(damage?.remedy ?? '', /Restore a backup/);
    await store.close();
    await place.remove();
  });

  it('is named when catalog and index disagree', async () => {
    const place = await filled(5);
    change(
      place.file,
      `DELETE FROM index_doc WHERE id = '${SOURCE}/1'; DELETE FROM document_text WHERE doc = 2;
       UPDATE source SET documents = 9; UPDATE facet SET documents = 7 WHERE field = 'source';
       UPDATE acl SET lists = 4;`,
    );
    const store = await place.open();
    const whats = (await store.index.check(new AbortController().signal)).map(({ what }) => what).join('\n');
    for (const part of [
      /not in the index/,
      /no text/,
      /another number of documents/,
      /counted wrongly/,
      /number of lists/,
    ])
      assert.match(whats, part);
    await store.close();
    await place.remove();
  });
});

describe('a file that cannot be written', () => {
  const outcomeOf = async (options: object): Promise<Outcome> =>
    JSON.parse(
      await outputOf(startScript('./open-process.ts', [JSON.stringify(options)], { asNobody: true })),
    ) as Outcome;

  it('[store.read-only] is still searched when only the file is protected, and says so when written', async () => {
    const place = await filled();
    await chmod(place.folder, 0o777);
    await chmod(place.file, 0o444);
    const { writeMessage = '', ...outcome } = await outcomeOf({ file: place.file, inline: true });
    assert.deepEqual(outcome, { open: 'ok', found: ['0', '1', '2'], write: 'STORE_READ_ONLY' });
    assert.ok(writeMessage.includes(place.file) && /rights/.test(writeMessage), writeMessage);
    const toRead = await outcomeOf({ file: place.file, inline: true, readOnly: true });
    assert.deepEqual([toRead.open, toRead.found, toRead.write], ['ok', ['0', '1', '2'], 'STORE_READ_ONLY']);
    await place.remove();
  });

  it('is searched in a folder that cannot be written either, when opened to read', async () => {
    const place = await filled();
    await chmod(place.file, 0o444);
    await chmod(place.folder, 0o555);
    for (const inline of [true, false]) {
      const outcome = await outcomeOf({ file: place.file, inline, readOnly: true });
      assert.deepEqual(
        [outcome.open, outcome.found, outcome.write],
        ['ok', ['0', '1', '2'], 'STORE_READ_ONLY'],
      );
    }
    await chmod(place.folder, 0o755);
    await place.remove();
  });

  it('in a folder without rights is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fumi-closed-'));
    await chmod(folder, 0o500);
    const { open, openMessage = '' } = await outcomeOf({
      file: join(folder, 'deep', 'store.db'),
      inline: true,
    });
    assert.equal(open, 'STORE_READ_ONLY');
    assert.ok(openMessage.includes(folder) && /rights/.test(openMessage), openMessage);
    await chmod(folder, 0o700);
    await rm(folder, { recursive: true });
  });
});

describe('a disk that is full', () => {
  it('refuses the write that does not fit, keeps what was confirmed, and goes on when there is room', async () => {
    const place = await filled(20);
    const small = await place.open({ maxBytes: 900_000 });
    let confirmed = 20;
    const error = await rejectsWith('STORE_FULL', async () => {
      for (; ; confirmed += 20) {
        const upserts = Array.from({ length: 20 }, (_, at) => numbered(confirmed + at));
        await small.commit({ source: SOURCE, upserts, checkpoint: confirmed });
      }
    });
    assert.ok(error.publicMessage.includes(place.file) && /Free some space/.test(error.publicMessage));
    assert.equal((await found(small, `number${confirmed - 1}`)).length, 1);
    assert.deepEqual(await found(small, `number${confirmed}`), []);
    assert.equal((await small.catalog.listIds(SOURCE, undefined, 10_000)).length, confirmed);
    assert.deepEqual(await small.index.check(new AbortController().signal), []);
    await small.close();
    const roomy = await place.open();
    await roomy.commit({ source: SOURCE, upserts: [numbered(confirmed)] });
    assert.equal((await found(roomy, `number${confirmed}`)).length, 1);
    assert.deepEqual(await roomy.index.check(new AbortController().signal), []);
    await roomy.close();
    await place.remove();
  });
});

describe('a file that another process keeps locked', () => {
  it('is said to be locked after the time allowed, and works afterwards', async () => {
    const place = await filled();
    const store = await place.open({ busyTimeoutMs: 30 });
    const other = new DatabaseSync(place.file);
    other.exec('BEGIN IMMEDIATE');
    const error = await rejectsWith('STORE_LOCKED', () =>
      store.commit({ source: SOURCE, upserts: [numbered(7)] }),
    );
    assert.equal(error.kind, 'transient');
    assert.ok(error.publicMessage.includes(place.file));
    assert.equal((await found(store, 'word')).length, 3, 'reading goes on');
    const second = await place.open({ busyTimeoutMs: 30 });
    assert.equal((await found(second, 'word')).length, 3, 'opening needs no lock');
    other.exec('ROLLBACK');
    other.close();
    // With so little patience, the upkeep of the other one may stand in the way once more.
    const change = { upserts: [numbered(7)], acls: [{ id: `${SOURCE}/0` as const, acl: ACL }] };
    await until(() => store.commit({ source: SOURCE, ...change }).then(() => true));
    assert.equal((await found(second, 'number7')).length, 1);
    await Promise.all([store.close(), second.close()]);
    await place.remove();
  });
});
