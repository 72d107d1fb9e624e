import type { NamedTexts } from '@fumikura/ports';
import { sql } from 'kysely';
import type { Connection } from '../connection.ts';
import { escaped, unescaped } from '../keys.ts';

export function namedTexts(connection: Connection, kind: string): NamedTexts {
  const table = connection.table('named_text');
  return {
    get: (name) =>
      connection.read(async (db) => {
        const { rows } = await sql<{ value: string }>`SELECT value FROM ${table}
          WHERE kind = ${kind} AND name = ${name}`.execute(db);
        return rows[0] && unescaped(rows[0].value);
      }),
    put: (name, text) =>
      connection.write(async (db) => {
        await sql`INSERT INTO ${table}(kind, name, value) VALUES(${kind}, ${name}, ${escaped(text)})
          ON CONFLICT (kind, name) DO UPDATE SET value = excluded.value`.execute(db);
      }),
    remove: (name) =>
      connection.write(async (db) => {
        await sql`DELETE FROM ${table} WHERE kind = ${kind} AND name = ${name}`.execute(db);
      }),
    names: () =>
      connection.read(async (db) => {
        const { rows } = await sql<{ name: string }>`SELECT name FROM ${table}
          WHERE kind = ${kind} ORDER BY name`.execute(db);
        return rows.map(({ name }) => name);
      }),
  };
}
