import assert from 'node:assert/strict';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { createHome, STACK_TRACE } from './fumi.ts';
import type { Home, Outcome } from './fumi.ts';

/** The exit code of everything about the database. */
const STORE = 6;

async function indexed(): Promise<Home> {
  const home = await createHome({ 'a.md': '# Otters\n\nThe otter swims.', 'b.md': '# Badgers\n\nIt digs.' });
  assert.equal((await home.run(['sync'])).code, 0);
  return home;
}

function change(home: Home, sql: string): void {
  const db = new DatabaseSync(home.database);
  db.exec(sql);
  db.close();
}

function refused(home: Home, outcome: Outcome, says: RegExp): void {
  assert.equal(outcome.code, STORE, outcome.stderr);
  assert.ok(outcome.stderr.includes(home.database), outcome.stderr);
  assert.match(outcome.stderr, says);
  assert.doesNotMatch(outcome.stderr, STACK_TRACE);
}

async function finds(home: Home, query: string): Promise<number> {
  return ((await home.json('search', query))['hits'] as unknown[]).length;
}

describe('a database that cannot be used', { concurrency: 2 }, () => {
  it('[store.newer] of a newer version is refused by every command, and named by doctor', async () => {
    const home = await indexed();
    change(home, 'PRAGMA user_version = 999');
    for (const args of [['search', 'otter'], ['sync'], ['sources'], ['get', 'files:notes/a.md']])
      refused(home, await home.run(args), /newer Fumikura \(format 999.*Install the newer version/);
    const doctor = await home.run(['doctor']);
    assert.equal(doctor.code, 7);
    assert.match(doctor.stdout, /bad +database: .*newer Fumikura/);
    await home.remove();
  });

  it('is not blamed for a file of synonyms that cannot be used', async () => {
    const home = await indexed();
    await home.write(
      'fumikura.yaml',
      'owner: me\nsources:\n  - { id: files:notes, root: ./notes }\nsearch: { synonyms: words.txt }\n',
    );
    const missing = await home.run(['doctor']);
    assert.equal(missing.code, 7);
    assert.match(missing.stdout, /bad +synonyms: .*words\.txt cannot be read/u);
    assert.match(missing.stdout, /ok +database: opens/u);
    await home.write('words.txt', 'leave, vacation\n');
    const found = await home.run(['doctor']);
    assert.equal(found.code, 0, found.stdout);
    assert.match(found.stdout, /ok +synonyms: .*words\.txt: 1 line$/mu);
    await home.remove();
  });

  it('[store.damaged] that is damaged is refused, with what to do', async () => {
    const home = await indexed();
    const bytes = await readFile(home.database);
    await writeFile(home.database, bytes.fill(0, 0, 64));
    refused(home, await home.run(['search', 'otter']), /Restore a backup, or delete it and run "fumi sync"/);
    await home.remove();
  });

  it('[store.foreign] of another program is refused and left as it is', async () => {
    const home = await createHome({ 'a.md': 'x' });
    await home.write('.fumikura/keep', '');
    change(home, 'CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)');
    const before = await readFile(home.database);
    refused(home, await home.run(['sync']), /belongs to another program. Choose another data folder/);
    assert.deepEqual(await readFile(home.database), before);
    await home.remove();
  });

  it('[store.check] whose parts disagree is found by doctor, with a remedy that works', async () => {
    const home = await indexed();
    change(home, "DELETE FROM index_doc WHERE id = 'files:notes/a.md'");
    const doctor = await home.run(['doctor']);
    assert.equal(doctor.code, 7);
    assert.match(doctor.stdout, /bad +index: .*not in the index.*doctor --rebuild/);
    assert.equal((await home.run(['doctor', '--rebuild'])).code, 0);
    assert.equal(await finds(home, 'otter'), 1);
    await home.remove();
  });

  it('[store.locked] that another process keeps locked is searched, and said to be locked by what writes', async () => {
    const home = await indexed();
    const other = new DatabaseSync(home.database);
    other.exec('BEGIN IMMEDIATE');
    const writing = home.run(['sync']);
    assert.equal(await finds(home, 'otter'), 1);
    refused(home, await writing, /Another process is writing.*Try again, or stop the other process/);
    other.exec('ROLLBACK');
    other.close();
    assert.equal((await home.run(['sync'])).code, 0);
    await home.remove();
  });

  it('[store.read-only] that may not be written is searched, and what writes says which rights are missing', async () => {
    const home = await indexed();
    await chmod(home.folder, 0o755);
    await chmod(dirname(home.database), 0o777);
    await chmod(home.database, 0o444);
    // Nobody may write to the audit here: nothing is shown. With one that they may write to, it is.
    const unaudited = await home.run(['search', 'otter'], { asNobody: true });
    if (process.getuid?.() === 0) {
      assert.match(unaudited.stderr, /withheld because it could not be written down/);
      assert.doesNotMatch(unaudited.stdout, /Otters/);
    }
    await chmod(home.folder, 0o777);
    const config = await readFile(join(home.folder, 'fumikura.yaml'), 'utf8');
    await home.write('fumikura.yaml', `${config}audit: { folder: ./elsewhere }\n`);
    const search = await home.run(['search', 'otter'], { asNobody: true });
    assert.equal(search.code, 0, search.stderr);
    assert.match(search.stdout, /Otters/);
    const sync = await home.run(['sync'], { asNobody: true });
    refused(home, sync, /cannot be written. Check the rights of the file and of its folder/);
    await home.remove();
  });

  it('[store.full] that cannot grow refuses the write, keeps what was confirmed, and goes on when there is room', async () => {
    const home = await indexed();
    for (let n = 0; n < 60; n++)
      await home.write(`notes/more/${n}.md`, Array.from({ length: 400 }, (_, w) => `w${n}x${w}`).join(' '));
    const { size } = await stat(home.database);
    const full = await home.run(['sync'], { fileBlocks: Math.ceil(size / 512) + 64 });
    refused(home, full, /cannot grow.*Free some space.*nothing that was confirmed is lost/);
    assert.equal(await finds(home, 'otter'), 1);
    assert.equal((await home.run(['doctor'])).code, 0);
    assert.equal((await home.run(['sync'])).code, 0);
    assert.equal(await finds(home, 'w59x399'), 1);
    await home.remove();
  });
});
