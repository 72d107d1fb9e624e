import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';

interface Seen {
  readonly action: string;
  readonly via: string;
  readonly outcome: string;
  readonly actor?: { readonly subject: string };
  readonly object?: string;
  readonly query?: string;
  readonly shown?: readonly string[];
  readonly withheld?: readonly unknown[];
  readonly code?: string;
}

const { username } = userInfo();

const CONFIG = `owner: me
persons:
  - { id: me, osUser: ${username} }
  - { id: alice }
sources:
  - { id: files:notes, root: ./notes }
  - { id: files:hers, root: ./hers, readers: [alice] }
`;

describe('the audit of a whole installation', () => {
  let home: Home;
  before(async () => {
    home = await createHome({ 'a.md': '# Otters\n\nThe otter swims.' });
    await home.write('hers/pay.md', '# Pay\n\nThe otter earns nothing.');
    await home.write('fumikura.yaml', CONFIG);
    assert.equal((await home.run(['sync'])).code, 0);
  });
  after(() => home.remove());

  const records = async (...filter: string[]) =>
    (await home.json('audit', 'search', ...filter))['records'] as unknown as Seen[];

  it('[audit.shown] has one record for each search, read, sync, change and refusal', async () => {
    await home.json('search', 'otter');
    await home.json('get', 'files:notes/a.md');
    await home.run(['get', 'files:hers/pay.md']);
    await home.run(['get', 'files:notes/none.md']);
    await home.run(['search', 'otter', '--limit', '0']);
    await home.json('source', 'remove', 'files:hers', '--yes');
    const seen = (await records()).map(({ via, outcome, actor, object, query, shown, withheld, code }) =>
      Object.fromEntries(
        Object.entries({ via, outcome, actor: actor?.subject, object, query, shown, withheld, code }).filter(
          ([, value]) => value !== undefined,
        ),
      ),
    );
    assert.deepEqual(
      seen.filter(({ via }) => via !== 'sync' && via !== 'cli audit search'),
      [
        { via: 'cli search', outcome: 'done', actor: 'me', query: 'otter', shown: ['files:notes/a.md'] },
        {
          via: 'cli get',
          outcome: 'done',
          actor: 'me',
          object: 'files:notes/a.md',
          shown: ['files:notes/a.md'],
        },
        {
          via: 'cli get',
          outcome: 'refused',
          actor: 'me',
          object: 'files:hers/pay.md',
          withheld: [{ id: 'files:hers/pay.md', reason: 'not-allowed' }],
          code: 'DOCUMENT_NOT_FOUND',
        },
        {
          via: 'cli get',
          outcome: 'refused',
          actor: 'me',
          object: 'files:notes/none.md',
          withheld: [{ id: 'files:notes/none.md', reason: 'absent' }],
          code: 'DOCUMENT_NOT_FOUND',
        },
        { via: 'cli search', outcome: 'refused', actor: 'me', query: 'otter', code: 'LIMIT_OUT_OF_RANGE' },
        { via: 'cli source remove', outcome: 'done', actor: 'me', object: 'files:hers' },
      ],
    );
    assert.equal(seen.filter(({ via }) => via === 'sync').length, 4);
  });

  it('[audit.export] is exported as one JSON value a line', async () => {
    const file = join(home.folder, 'audit.jsonl');
    assert.equal((await home.run(['audit', 'export', '--outcome', 'refused', '--output', file])).code, 0);
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { class_uid: number }).class_uid),
      [6001, 6001, 6001],
    );
  });

  it('[audit.tampering] is sound until somebody changes it', async () => {
    assert.equal((await home.json('audit', 'verify'))['isSound'], true);
    const file = join(home.folder, '.fumikura/audit/writers/001/000001.log');
    await writeFile(file, (await readFile(file, 'utf8')).replace('files:hers/pay.md', 'files:hers/day.md'));
    const verdict = await home.run(['audit', 'verify']);
    assert.equal(verdict.code, 7);
    assert.match(verdict.stdout, /altered: writers\/001: line \d+ is not what was written[\s\S]*NOT SOUND/);
  });

  it('[audit.withheld] withholds what cannot be written down', async () => {
    await rm(join(home.folder, '.fumikura/audit'), { recursive: true });
    await writeFile(join(home.folder, '.fumikura/audit'), 'in the way');
    for (const args of [
      ['search', 'otter'],
      ['get', 'files:notes/a.md'],
    ]) {
      const outcome = await home.run(args);
      assert.equal(outcome.code, 75);
      assert.doesNotMatch(outcome.stdout, /otter/i);
      assert.match(outcome.stderr, /withheld because it could not be written down/);
    }
  });
});
