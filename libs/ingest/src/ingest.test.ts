import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createFilesConnector, filesConfigSchema } from '@fumikura/connector-files';
import { createDocumentPipeline } from '@fumikura/documents';
import type { DocumentPipeline } from '@fumikura/documents';
import { silentLogger } from '@fumikura/logging';
import type { Principal } from '@fumikura/model';
import type { Connector, Store } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { testAccess } from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { createIngest } from './index.ts';
import type { IngestLimits } from './index.ts';

const signal = new AbortController().signal;
const EML = [
  'From: Aya <aya@example.com>',
  'To: Ken <ken@example.com>',
  'Subject: Quarterly numbers',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="B"',
  '',
  '--B',
  'Content-Type: text/plain',
  '',
  'The numbers are attached.',
  '--B',
  'Content-Type: text/markdown; name="report.md"',
  'Content-Disposition: attachment; filename="report.md"',
  '',
  '# Zebra report',
  '--B--',
  '',
].join('\r\n');

describe('ingest of a folder', () => {
  let folder: string;
  let root: string;
  let store: Store;
  let pipeline: DocumentPipeline;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-ingest-'));
    root = join(folder, 'files');
    await mkdir(root);
    store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
    pipeline = createDocumentPipeline({ workers: 1 });
  });
  afterEach(async () => {
    await pipeline.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  const put = (path: string, text: string) =>
    mkdir(join(root, path, '..'), { recursive: true }).then(() => writeFile(join(root, path), text));
  const connector = (
    readers: Principal[] = ['anyone'],
    folders: { folder: string; readers: Principal[] }[] = [],
  ) => createFilesConnector(filesConfigSchema.parse({ id: 'files:t', root, readers, folders })) as Connector;
  const ingest = (limits: Partial<IngestLimits> = {}, holder = 'test') =>
    createIngest({ store, documents: pipeline, logger: silentLogger, limits, holder });
  const sync = (options: object = {}, source = connector(), limits: Partial<IngestLimits> = {}) =>
    ingest(limits).sync(source, { signal, ...options });
  const find = async (query: string, ...principals: Principal[]) => {
    const { aclIds } = await store.catalog.readableAcls(principals.length > 0 ? principals : ['anyone']);
    const answer = await store.index.search(
      { lexical: { query: analyseQuery(query) }, candidates: 50 },
      testAccess([...aclIds]),
      signal,
    );
    return answer.candidates.map(({ documentId }) => documentId.slice('files:t/'.length)).sort();
  };

  it('[sync.unchanged] indexes, skips what is unchanged, follows edits, renames and removals', async () => {
    for (let index = 0; index < 20; index++)
      await put(`note${index}.md`, `# Note ${index}\n\nunique${index} words`);
    assert.deepEqual((await sync()).counters, {
      read: 20,
      written: 20,
      unchanged: 0,
      retold: 0,
      aclChanged: 0,
      removed: 0,
      failed: 0,
      lists: 1,
    });
    assert.equal((await sync()).counters['unchanged'], 20);
    await put('note3.md', '# Note 3\n\nedited giraffe');
    await rename(join(root, 'note4.md'), join(root, 'moved4.md'));
    await unlink(join(root, 'note5.md'));
    const { counters } = await sync();
    assert.equal(counters['written'], 2);
    assert.equal(counters['removed'], 2);
    assert.deepEqual(await find('giraffe'), ['note3.md']);
    assert.deepEqual(await find('unique3'), []);
    assert.deepEqual(await find('unique4'), ['moved4.md']);
    assert.deepEqual(await find('unique5'), []);
    assert.deepEqual(await store.index.check(signal), []);
  });

  it('[sync.acl-only] touches no text when only the time of a file or its readers changed', async () => {
    await put('hr/a.md', 'okapi');
    await sync();
    await utimes(join(root, 'hr/a.md'), new Date(), new Date(Date.now() - 86_400_000));
    assert.deepEqual([(await sync()).counters['retold'], (await find('okapi')).length], [1, 1]);
    const narrowed = connector(['anyone'], [{ folder: 'hr', readers: ['user:local:aoi'] }]);
    assert.equal((await sync({}, narrowed)).counters['written'], 0);
    assert.deepEqual(await find('okapi', 'anyone'), []);
    assert.deepEqual(await find('okapi', 'anyone', 'user:local:aoi'), ['hr/a.md']);
    const widened = connector(['anyone'], [{ folder: 'hr', readers: ['anyone'] }]);
    assert.deepEqual(
      [(await sync({}, widened)).counters['unchanged'], await find('okapi')],
      [1, ['hr/a.md']],
    );
  });

  it('makes files inside a mail documents of their own, which go with it', async () => {
    await put('mail.eml', EML);
    await sync();
    assert.deepEqual(await find('zebra'), ['mail.eml!1/report.md']);
    assert.deepEqual(await find('quarterly numbers'), ['mail.eml', 'mail.eml!1/report.md']);
    await sync();
    assert.deepEqual(await find('zebra'), ['mail.eml!1/report.md']);
    await unlink(join(root, 'mail.eml'));
    await sync();
    assert.deepEqual(await find('zebra'), []);
  });

  it('[sync.dead-letters] turns what cannot be read into a dead letter with a remedy, waits, and tries again at once when it changed', async () => {
    await put('good.md', 'fine');
    await put('bad.pdf', '%PDF-1.4 this is none');
    assert.equal((await sync()).counters['failed'], 1);
    const [letter] = await store.catalog.deadLetters('files:t', 10);
    assert.equal(letter?.documentId, 'files:t/bad.pdf');
    assert.ok(letter?.reason.length > 20);
    assert.equal((await sync()).counters['failed'], 0);
    await writeFile(join(root, 'bad.pdf'), '%PDF-1.4 still none, but changed');
    await utimes(join(root, 'bad.pdf'), new Date(), new Date(Date.now() + 60_000));
    assert.equal((await sync()).counters['failed'], 1);
    assert.equal((await store.catalog.deadLetters('files:t', 10))[0]?.attempts, 2);
  });

  it('[sync.guard] stops and asks before it removes more than a fifth, and removes nothing when the listing fails', async () => {
    for (let index = 0; index < 20; index++) await put(`n${index}.md`, 'kudu');
    await sync();
    for (let index = 0; index < 8; index++) await unlink(join(root, `n${index}.md`));
    await assert.rejects(
      sync(),
      (error: { code: string; publicMessage: string }) =>
        error.code === 'REMOVAL_GUARD' && error.publicMessage.includes('8 of 20'),
    );
    assert.equal((await find('kudu')).length, 20);
    assert.equal((await store.catalog.runs('files:t', 1))[0]?.outcome, 'stopped-by-guard');
    const broken: Connector = {
      ...connector(),
      listIds: async function* () {
        yield ['files:t/n19.md'];
        throw new Error('half way');
      },
    };
    await assert.rejects(sync({ allowRemovals: true }, broken), { code: 'CENSUS_FAILED' });
    assert.equal((await find('kudu')).length, 20);
    assert.equal((await sync({ allowRemovals: true })).counters['removed'], 8);
    assert.equal((await find('kudu')).length, 12);
  });

  it('[sync.budget] stops a run that fails too often and keeps what is indexed', async () => {
    await put('kept.md', 'impala');
    await sync();
    for (let index = 0; index < 10; index++) await put(`bad${index}.pdf`, '%PDF-1.4 none');
    await assert.rejects(sync({}, connector(), { maxFailuresInARow: 3 }), { code: 'ERROR_BUDGET_EXCEEDED' });
    assert.deepEqual(await find('impala'), ['kept.md']);
  });

  it('[sync.one-at-a-time] lets one process at a time sync a source', async () => {
    await put('a.md', 'x');
    await store.catalog.ensureSource('files:t');
    await store.catalog.acquireLease('files:t', 'another process', 60_000);
    await assert.rejects(
      sync(),
      (error: { code: string; publicMessage: string }) =>
        error.code === 'SYNC_RUNNING' && error.publicMessage.includes('another process'),
    );
  });

  it('[sync.cancel] stops cleanly when cancelled at any moment, and goes on from there', async () => {
    for (let index = 0; index < 300; index++)
      await put(`n${String(index).padStart(3, '0')}.md`, `nyala number${index}`);
    for (const after of [1, 2, 3]) {
      const controller = new AbortController();
      let told = 0;
      const run = await ingest({ commitDocuments: 50 }).sync(connector(), {
        signal: controller.signal,
        onProgress: () => {
          if (++told === after) controller.abort();
        },
      });
      assert.equal(run.outcome, 'cancelled');
      assert.deepEqual(await store.index.check(signal), []);
    }
    assert.equal((await sync()).outcome, 'completed');
    assert.equal((await store.catalog.sources())[0]?.documents, 300);
  });

  it('[sync.dry-run] writes nothing on a dry run', async () => {
    await put('a.md', 'bongo');
    assert.equal((await sync({ dryRun: true })).counters['written'], 1);
    assert.deepEqual(await find('bongo'), []);
    assert.deepEqual(await store.catalog.runs(undefined, 10), []);
  });
});
