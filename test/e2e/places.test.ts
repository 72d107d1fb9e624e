import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { STATE_SPACES } from '@fumikura/ports';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import { postgresMissing, startPostgres } from '@fumikura/testkit';
import pg from 'pg';
import { createHome } from './fumi.ts';

/**
 * Where a person's name can lie. `subject`: given and taken away by `fumi audit subject` and `erase`. `source`: as the source says it;
 * what is erased there is gone here with the next reading, and what is left of it after 400 days. `nobody`: no name of a person.
 */
type Lies = 'subject' | 'source' | 'nobody';

const TABLES: Readonly<Record<string, Lies>> = {
  state: 'subject',
  // The tokens of `state`, for servers of the version before.
  named_text: 'subject',
  ...lying('source', 'acl acl_deny acl_list list list_member access_history'),
  ...lying('source', 'directory_account directory_group directory_member'),
  ...lying('source', 'document document_text facet dead_letter embed_refusal'),
  // Words and values of documents, in the forms in which they are searched.
  ...lying('source', 'posting delta chunk_block doc_block index_doc index_value index_doc_value vocabulary'),
  ...lying('source', 'vector vector_block embed_vector'),
  ...lying('nobody', 'setting source lease run job request delivery directory_run migration sqlite_sequence'),
  ...lying('nobody', 'access_change access_version access_history_start pending index_meta vector_meta'),
  ...lying('nobody', 'embed_waiting embed_model embed_day embed_state'),
};
const FILES: readonly (readonly [RegExp, Lies])[] = [
  [/^fumikura\.db(?:-wal|-shm)?$/u, 'subject'],
  // Records stay as proof until "keepDays"; they are given by `subject`.
  [/^audit\//u, 'subject'],
  // Sums of money and tokens of models by day.
  [/^model-use\//u, 'nobody'],
];

function lying(where: Lies, names: string): Record<string, Lies> {
  return Object.fromEntries(names.split(' ').map((name) => [name, where]));
}

describe('every place of an installation', () => {
  it('[audit.places] is reached when a person asks, or is known to name nobody: tables and files', async () => {
    const home = await createHome({ 'a.md': '# Otters\n\nThe otter swims.' });
    try {
      const me = `persons: [{ id: me, osUser: ${userInfo().username}, roles: [reader, auditor, admin] }]`;
      await home.write('fumikura.yaml', `owner: me\n${me}\nsources: [{ id: files:notes, root: ./notes }]\n`);
      for (const args of [['sync'], ['search', 'otter'], ['ask', 'otter'], ['role', 'grant', 'me', 'reader']])
        assert.equal((await home.run(args)).code, 0, args.join(' '));
      await home.json('token', 'create', 'editor');
      const folder = dirname(home.database);
      for (const { name, parentPath } of (
        await readdir(folder, { recursive: true, withFileTypes: true })
      ).filter((entry) => entry.isFile())) {
        const path = join(parentPath, name).slice(folder.length + 1);
        assert.ok(
          FILES.some(([pattern]) => pattern.test(path)),
          `${path}: say whether it names persons`,
        );
      }
      const database = new DatabaseSync(home.database, { readOnly: true });
      const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')`).all();
      assert.deepEqual(undeclared(tables.map(({ name }) => String(name))), []);
      const spaces = database.prepare('SELECT DISTINCT space FROM state').all();
      for (const { space } of spaces) assert.ok(String(space) in STATE_SPACES, String(space));
      database.close();
    } finally {
      await home.remove();
    }
  });

  it(
    '[audit.places] is reached when a person asks, or is known to name nobody: PostgreSQL',
    { skip: postgresMissing() ?? false },
    async () => {
      const postgres = await startPostgres();
      try {
        const { close } = await createPostgresCatalog({ url: postgres.url });
        const client = new pg.Client(postgres.url);
        await client.connect();
        const { rows } = await client.query<{ name: string }>(
          `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'fumikura'`,
        );
        await client.end();
        await close();
        assert.deepEqual(undeclared(rows.map(({ name }) => name)), []);
      } finally {
        await postgres.stop();
      }
    },
  );
});

function undeclared(names: readonly string[]): string[] {
  return names.filter((name) => !(name in TABLES));
}
