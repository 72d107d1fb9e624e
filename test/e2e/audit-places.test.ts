import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openSqliteState } from '@fumikura/store-sqlite';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';

/** One database, and two hosts that write records into folders of their own. */
const config = (more: string) => `owner: chief
persons: [{ id: me, osUser: ${userInfo().username}, roles: [reader, auditor, admin] }, { id: alice }]
sources: [{ id: files:notes, root: ./notes, readers: [everyone] }]
${more}`;
const OTHER = ['--config', 'other.yaml'];

describe('records that lie at several hosts', { concurrency: 1 }, () => {
  let home: Home;
  before(async () => {
    home = await createHome({ 'a.md': '# Otters\n\nThe otter swims.' });
    await home.write('fumikura.yaml', config(''));
    await home.write('other.yaml', config('audit: { folder: ./elsewhere }\n'));
    assert.equal((await home.run(['sync'])).code, 0);
    assert.equal((await home.run([...OTHER, 'access', 'as', 'alice', 'search', 'otter'])).code, 0);
  });
  after(() => home.remove());
  const subject = async (wait: string) => {
    const outcome = await home.run([
      'audit',
      'subject',
      'alice',
      '--output',
      'kept.jsonl',
      '--wait',
      wait,
      '--json',
    ]);
    const records = readFileSync(join(home.folder, 'kept.jsonl'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { kind: string; value: { query?: string } })
      .filter(({ kind }) => kind === 'record');
    return { ...outcome, records };
  };
  const places = async () =>
    (await home.json('audit', 'places'))['places'] as { id: string; folder: string; isThisHost: boolean }[];

  it('[audit.subject] says which host has records and did not answer, and that it is not the whole', async () => {
    const { code, stderr, stdout, records } = await subject('0');
    assert.equal(code, 75, stderr);
    assert.match(stderr, /has records of its own in \S+elsewhere/u);
    const { notAnswered } = JSON.parse(stdout) as { notAnswered: { folder: string }[] };
    assert.deepEqual(
      notAnswered.map(({ folder }) => folder),
      [join(home.folder, 'elsewhere')],
    );
    assert.ok(!records.some(({ value }) => value.query === 'otter'));
  });

  for (const command of [['up', '--no-watch', '--port', '0'], ['server', '--port', '0'], ['worker']])
    it(`[audit.subject] is answered by "fumi ${String(command[0])}" at the other host, sealed, and both write it down`, async () => {
      const other = home.start([...OTHER, ...command, '--json']);
      const before = (await home.json(...OTHER, 'audit', 'search', 'audit request'))['records'] as unknown[];
      try {
        const { code, stderr, records } = await subject('300');
        assert.equal(code, 0, stderr);
        assert.ok(records.some(({ value }) => value.query === 'otter'));
        const after = (await home.json(...OTHER, 'audit', 'search', 'audit request'))['records'] as {
          actor: { subject: string };
          object: string;
        }[];
        assert.equal(after.length, before.length + 1);
        assert.deepEqual([after.at(-1)?.actor.subject, after.at(-1)?.object], ['me', 'alice']);
        const { state, close } = openSqliteState({ file: home.database });
        for (const space of ['audit.request', 'audit.answer'] as const)
          assert.deepEqual(await state.list(space, { limit: 10 }), [], space);
        close();
      } finally {
        other.process.kill('SIGTERM');
        await other.ended;
      }
    });

  for (const command of [['server', '--port', '0'], ['worker']])
    it(`[audit.forward] is done by "fumi ${String(command[0])}" for the records of its host`, async () => {
      const received: string[] = [];
      let tell: () => void = () => undefined;
      const arrived = new Promise<void>((resolve) => (tell = resolve));
      const target = createServer((request, response) => {
        request.on('data', (part: Buffer) => received.push(part.toString()));
        request.on('end', () => {
          response.end();
          if (received.join('').includes('otter')) tell();
        });
      });
      await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`;
      const forward = `forward: [{ id: ${String(command[0])}, http: '${url}' }]`;
      await home.write('other.yaml', config(`audit: { folder: ./elsewhere, ${forward} }\n`));
      const other = home.start([...OTHER, ...command, '--json']);
      const failed = other.ended.then(({ stderr }) => assert.fail(`ended before it delivered: ${stderr}`));
      try {
        await Promise.race([arrived, failed]);
      } finally {
        failed.catch(() => undefined);
        other.process.kill('SIGTERM');
        await other.ended;
        target.close();
      }
    });

  it('[audit.subject] waits no more for a host that is gone for good', async () => {
    const [gone] = (await places()).filter(({ isThisHost }) => !isThisHost);
    const [own] = (await places()).filter(({ isThisHost }) => isThisHost);
    assert.equal((await home.run(['audit', 'places', '--forget', own?.id ?? ''])).code, 2);
    assert.equal((await home.run(['audit', 'places', '--forget', gone?.id ?? ''])).code, 0);
    assert.equal((await subject('0')).code, 0);
    assert.equal((await places()).length, 1);
  });
});
