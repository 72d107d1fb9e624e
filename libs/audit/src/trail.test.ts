import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@fumikura/logging';
import { generateKeyPairSync } from 'node:crypto';
import { toOcsf } from './ocsf.ts';
import { latestRecords } from './read.ts';
import { prune } from './retention.ts';
import { createAuditTrail } from './trail.ts';
import type { AuditTrailOptions } from './trail.ts';
import type { AuditEvent, StoredRecord } from './types.ts';
import { verifyAudit } from './verify.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'fumi-audit-'))));
afterEach(() => rm(folder, { recursive: true }));

const alice = { issuer: 'local', subject: 'alice' };
const event = (object: string): AuditEvent => ({
  action: 'read',
  via: 'get_document',
  outcome: 'done',
  actor: alice,
  object,
  shown: [object],
});

function openTrail(more: Partial<AuditTrailOptions> = {}) {
  return createAuditTrail({ folder, logger: silentLogger, queryText: 'keep', keepDays: 0, ...more });
}

async function write(count: number, more: Partial<AuditTrailOptions> = {}): Promise<void> {
  const trail = openTrail(more);
  for (let index = 0; index < count; index++) await trail.record(event(`doc:${index}`));
  await trail.close();
}

async function all(): Promise<readonly StoredRecord[]> {
  return latestRecords(folder, {}, 100_000);
}

const segment = (number = 1, writer = '001') =>
  join(folder, 'writers', writer, `${String(number).padStart(6, '0')}.log`);

async function change(edit: (lines: string[]) => string[], file = segment()): Promise<void> {
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  await writeFile(file, `${edit(lines).join('\n')}\n`);
}

async function kinds(options: { anchors?: string[]; publicKey?: string } = {}): Promise<string[]> {
  const { problems, isSound } = await verifyAudit({ folder, ...options });
  assert.equal(isSound, problems.length === 0);
  return [...new Set(problems.map(({ kind }) => kind))].sort();
}

test('[audit.chain] what was recorded is read back whole, in order, and verifies', async () => {
  await write(50);
  assert.deepEqual(
    (await all()).map(({ object }) => object),
    Array.from({ length: 50 }, (_, index) => `doc:${index}`),
  );
  const sound = await verifyAudit({ folder });
  assert.deepEqual([sound.isSound, sound.records, sound.unsigned, sound.writers], [true, 50, 0, 1]);
  assert.ok(sound.signedHeads >= 1);
});

test('[audit.chain] the next process goes on with the same chain', async () => {
  await write(3);
  await write(2);
  const sound = await verifyAudit({ folder });
  assert.deepEqual([sound.problems, sound.records, sound.writers], [[], 5, 1]);
});

test('[audit.tampering] an altered record is found', async () => {
  await write(20);
  await change((lines) => lines.map((line) => line.replace('doc:7', 'doc:8')));
  assert.deepEqual(await kinds(), ['altered']);
});

test('[audit.tampering] a removed record is found', async () => {
  await write(20);
  await change((lines) => lines.toSpliced(9, 1));
  assert.ok((await kinds()).includes('removed'));
});

test('[audit.tampering] an inserted record is found', async () => {
  await write(20);
  await change((lines) => lines.toSpliced(9, 0, lines[5] ?? ''));
  assert.ok((await kinds()).includes('inserted'));
});

test('[audit.tampering] reordered records are found', async () => {
  await write(20);
  await change((lines) => lines.toSpliced(9, 2, lines[10] ?? '', lines[9] ?? ''));
  assert.ok((await kinds()).includes('inserted'));
});

test('[audit.tampering] a cut tail is found by the heads that were signed', async () => {
  await write(20);
  await change((lines) => lines.slice(0, -6));
  assert.deepEqual(await kinds(), ['cut']);
});

test('[audit.tampering] a cut tail is found by a witness elsewhere when the heads here were cut too', async () => {
  const elsewhere = join(folder, 'elsewhere.jsonl');
  await write(20, { anchors: [elsewhere] });
  await change((lines) => lines.slice(0, -6));
  await writeFile(join(folder, 'heads.jsonl'), '');
  assert.deepEqual(await kinds({ anchors: [elsewhere] }), ['cut']);
});

test('[audit.tampering] a chain removed whole is found', async () => {
  await write(5);
  await rename(join(folder, 'writers'), join(folder, 'gone'));
  assert.deepEqual(await kinds(), ['cut']);
});

test('[audit.tampering] a chain whose hashes were all made anew is found by its signatures', async () => {
  const { lineAfter, parseLine, NO_HASH } = await import('./line.ts');
  await write(20);
  let end = { seq: 0, hash: NO_HASH };
  await change((lines) =>
    lines.map((text) => {
      const line = parseLine(text.replace('doc:7"', 'doc:9"'));
      assert.ok(line);
      const made = lineAfter(end, line.kind, line.json);
      end = made.end;
      return made.text.trimEnd();
    }),
  );
  assert.deepEqual(await kinds(), ['rewritten']);
});

test('[audit.tampering] a chain signed anew with another key is found by whoever kept the key', async () => {
  await write(3);
  const [name = ''] = await readdir(join(folder, 'keys'));
  const publicKey = await readFile(join(folder, 'keys', name), 'utf8');
  await rm(folder, { recursive: true });
  await write(3, {
    key: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  });
  assert.deepEqual(await kinds(), []);
  assert.deepEqual(await kinds({ publicKey }), ['rewritten', 'signature']);
});

test('[audit.tampering] a segment removed without a proof is found', async () => {
  await write(30, { segmentBytes: 1_500 });
  await rm(segment(2));
  assert.ok((await kinds()).includes('removed'));
});

test('[audit.rotation] a chain goes on over segments', async () => {
  await write(30, { segmentBytes: 1_500 });
  assert.ok((await readdir(join(folder, 'writers', '001'))).length > 4);
  const { problems, records } = await verifyAudit({ folder });
  assert.deepEqual([problems, records], [[], 30]);
});

test('[audit.retention] old segments go, their proofs stay, and the rest verifies', async () => {
  await write(30, { segmentBytes: 1_500, now: () => Date.parse('2026-01-01') });
  await write(5, { segmentBytes: 1_500, now: () => Date.parse('2026-03-01') });
  const removed = await prune({ folder, before: Date.parse('2026-02-01'), now: Date.now });
  const { problems, records, removedByRetention } = await verifyAudit({ folder });
  assert.deepEqual(problems, []);
  assert.ok(removed.records > 20);
  assert.deepEqual([removedByRetention, records], [removed.records, 35 - removed.records]);
  const proofs = join(folder, 'writers', '001', 'proofs.jsonl');
  await writeFile(proofs, (await readFile(proofs, 'utf8')).replace(/"records":\d+/u, '"records":1'));
  assert.ok((await kinds()).includes('signature'));
});

test('[audit.torn] a line that a killed process left unfinished closes its segment and is told', async () => {
  await write(5);
  await appendFile(segment(), 'R 99 {"at":"20');
  const during = await verifyAudit({ folder });
  await write(5);
  const after = await verifyAudit({ folder });
  assert.deepEqual([during.problems, after.problems], [[], []]);
  assert.deepEqual([during.notices.length, after.notices.length, after.records], [1, 1, 10]);
});

test('[audit.torn] segments that were begun in vain, one after another, stop nothing', async () => {
  await write(2);
  await appendFile(segment(1), '9 R abc {"half');
  await writeFile(segment(2), '');
  await writeFile(segment(3), '9 S ha');
  await write(2);
  assert.equal((await all()).length, 4);
  assert.deepEqual(await kinds(), []);
});

test('[audit.torn] bytes added behind a closed segment are found', async () => {
  await write(30, { segmentBytes: 1_500 });
  await appendFile(segment(1), 'R 99 {"at":"20');
  assert.deepEqual(await kinds(), ['segment']);
});

test('[audit.query] the text of a query is kept, hashed or dropped by policy', async () => {
  const ask = async (queryText: AuditTrailOptions['queryText'], query: string) => {
    const trail = openTrail({ queryText });
    await trail.record({ action: 'search', via: 'search', outcome: 'done', query });
    await trail.close();
  };
  await ask('keep', 'salary of bob');
  await ask('hash', 'Salary of Carol');
  await ask('hash', 'salary of carol ');
  await ask('drop', 'salary of dave');
  const [kept, hashed, again, dropped] = await all();
  assert.equal(kept?.query, 'salary of bob');
  assert.match(hashed?.queryHash ?? '', /^[\w-]{43}$/u);
  assert.equal(again?.queryHash, hashed?.queryHash);
  assert.deepEqual([dropped?.query, dropped?.queryHash], [undefined, undefined]);
  const stored = await readFile(segment(), 'utf8');
  assert.doesNotMatch(stored, /carol|dave/iu);
});

test('[audit.withheld] nothing is confirmed that cannot be written, and it goes on when it can again', async () => {
  const blocked = join(folder, 'blocked');
  await writeFile(blocked, 'a file where the folder should be');
  const trail = openTrail({ folder: blocked });
  await assert.rejects(trail.record(event('doc:1')), { code: 'AUDIT_UNAVAILABLE' });
  await rm(blocked);
  await trail.record(event('doc:2'));
  await trail.close();
  const records = await latestRecords(blocked, {}, 10);
  assert.deepEqual(
    records.map(({ object }) => object),
    ['doc:2'],
  );
});

test('[audit.writers] processes that write together have a chain each, and each verifies', async () => {
  const trails = [openTrail(), openTrail(), openTrail()];
  await Promise.all(
    trails.flatMap((trail, at) => [1, 2, 3].map((index) => trail.record(event(`doc:${at}/${index}`)))),
  );
  await Promise.all(trails.map((trail) => trail.close()));
  const sound = await verifyAudit({ folder });
  assert.deepEqual([sound.problems, sound.writers, sound.records], [[], 3, 9]);
});

test('[audit.kill] whatever a killed process confirmed is on the disk and verifies', async () => {
  const program = fileURLToPath(new URL('testing/audit-process.ts', import.meta.url));
  for (let round = 0; round < 5; round++) {
    const child = spawn(process.execPath, [program, folder, `round${round}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let confirmed = '';
    child.stdout.on('data', (part: Buffer) => {
      confirmed += part.toString();
      if (confirmed.length > 2_000 * (round + 1)) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const names = confirmed.split('\n').slice(0, -1);
    const stored = new Set((await all()).map(({ object }) => object));
    assert.deepEqual(
      names.filter((name) => !stored.has(name)),
      [],
    );
    assert.ok(names.length > 10);
  }
  await write(1);
  assert.deepEqual((await verifyAudit({ folder })).problems, []);
});

test('[audit.search] records are found by person, document, time, action and text', async () => {
  const trail = openTrail();
  const bob = { issuer: 'https://id.example', subject: 'bob' };
  await trail.record(event('doc:1'));
  await trail.record({
    action: 'search',
    via: 'search',
    outcome: 'done',
    actor: bob,
    as: alice,
    query: '給与',
    shown: ['doc:2'],
  });
  await trail.record({
    action: 'read',
    via: 'get',
    outcome: 'refused',
    actor: bob,
    withheld: [{ id: 'doc:1', reason: 'not-allowed' }],
  });
  await trail.close();
  const find = async (query: Parameters<typeof latestRecords>[1]) =>
    (await latestRecords(folder, query, 10)).map(({ seq }) => seq);
  // The first record is signed at once, in line 3.
  assert.deepEqual(await find({ person: alice }), [2, 4]);
  assert.deepEqual(await find({ document: 'doc:1' }), [2, 5]);
  assert.deepEqual(await find({ outcome: 'refused' }), [5]);
  assert.deepEqual(await find({ action: 'search', text: '給与' }), [4]);
  assert.deepEqual(await find({ until: '2020' }), []);
  assert.deepEqual(await latestRecords(folder, {}, 1), [(await all())[2]]);
});

test('[audit.export] a record is an OCSF event with who, what and the result', () => {
  const stored: StoredRecord = {
    at: '2026-05-01T10:00:00.000Z',
    writer: 'w',
    seq: 7,
    ...event('doc:1'),
    outcome: 'refused',
    code: 'DOCUMENT_NOT_FOUND',
  };
  const { time, class_uid, type_uid, status, status_code, actor, metadata } = toOcsf(stored, {
    version: '1',
  });
  assert.deepEqual(
    { time, class_uid, type_uid, status, status_code, actor, uid: (metadata as { uid: string }).uid },
    {
      time: 1_777_629_600_000,
      class_uid: 6001,
      type_uid: 600_102,
      status: 'Failure',
      status_code: 'DOCUMENT_NOT_FOUND',
      actor: { user: { type_id: 1, uid: 'alice', domain: 'local' } },
      uid: 'w:7',
    },
  );
});
