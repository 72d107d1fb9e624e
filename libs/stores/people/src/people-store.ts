import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue } from 'node:sqlite';
import type { DirectoryReading, PeopleStore } from '@fumikura/ports';
import { groupOf, idFrom, personOf } from './rows.ts';
import type { GroupRow, PersonRow } from './rows.ts';
import { SCHEMA } from './schema.ts';

/** How long a write waits for another process. */
const BUSY_MS = 5_000;

/** One small SQLite file beside the installation's data; several processes may have it open. */
export function openPeopleStore(file: string, now: () => number = Date.now): PeopleStore {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file, { timeout: BUSY_MS });
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${SCHEMA}`);
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const prepared = (sql: string) => {
    const made = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, made);
    return made;
  };
  const all = <T>(sql: string, ...values: SQLInputValue[]) => prepared(sql).all(...values) as unknown as T[];
  const one = <T>(sql: string, ...values: SQLInputValue[]) =>
    prepared(sql).get(...values) as unknown as T | undefined;
  const run = (sql: string, ...values: SQLInputValue[]) => Number(prepared(sql).run(...values).changes);
  const at = () => new Date(now()).toISOString();
  /** `name`, `name-2`, …: the first that nobody has. */
  const free = (wanted: string, isTaken: (id: string) => boolean) => {
    for (let number = 1; ; number++) {
      const id = number === 1 ? wanted : `${wanted}-${number}`;
      if (!isTaken(id)) return id;
    }
  };

  let depth = 0;
  const change = <T>(work: () => T): T => {
    if (depth > 0) return work();
    database.exec('BEGIN IMMEDIATE');
    depth++;
    try {
      const result = work();
      run('UPDATE state SET version = version + 1');
      database.exec('COMMIT');
      return result;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    } finally {
      depth--;
    }
  };

  const store: PeopleStore = {
    change,
    close: () => database.close(),
    version: () => one<{ version: number }>('SELECT version FROM state')?.version ?? 0,
    persons: (origin) =>
      all<PersonRow>(
        'SELECT * FROM person WHERE ?1 IS NULL OR origin = ?1 ORDER BY created_at, id',
        origin ?? null,
      ).map(personOf),
    person: (origin, id) => {
      const row = one<PersonRow>('SELECT * FROM person WHERE origin = ? AND id = ?', origin, id);
      return row && personOf(row);
    },
    personsBy: (origin, key, value) =>
      all<PersonRow>(
        key === 'userName'
          ? 'SELECT * FROM person WHERE origin = ? AND user_name = ? COLLATE NOCASE AND is_deleted = 0'
          : 'SELECT * FROM person WHERE origin = ? AND external_id = ? AND is_deleted = 0 ORDER BY created_at, id',
        origin,
        value,
      ).map(personOf),
    groups: (origin) =>
      all<GroupRow>(
        'SELECT * FROM people_group WHERE ?1 IS NULL OR origin = ?1 ORDER BY created_at, id',
        origin ?? null,
      ).map(groupOf),
    group: (origin, id) => {
      const row = one<GroupRow>('SELECT * FROM people_group WHERE origin = ? AND id = ?', origin, id);
      return row && groupOf(row);
    },
    groupsBy: (origin, key, value) =>
      all<GroupRow>(
        key === 'name'
          ? 'SELECT * FROM people_group WHERE origin = ? AND name = ? COLLATE NOCASE ORDER BY created_at, id'
          : 'SELECT * FROM people_group WHERE origin = ? AND external_id = ? ORDER BY created_at, id',
        origin,
        value,
      ).map(groupOf),
    members: (origin, group) =>
      all<{ member: string }>(
        'SELECT member FROM member WHERE origin = ? AND group_id = ?',
        origin,
        group,
      ).map(({ member }) => member),
    memberships: (origin) => {
      const rows = all<{ group_id: string; member: string }>(
        'SELECT group_id, member FROM member WHERE origin = ?',
        origin,
      );
      return new Map(
        [...Map.groupBy(rows, ({ group_id }) => group_id)].map(([id, each]) => [
          id,
          each.map(({ member }) => member),
        ]),
      );
    },
    groupsOf: (origin, member) =>
      all<{ group_id: string }>(
        'SELECT group_id FROM member WHERE origin = ? AND member = ?',
        origin,
        member,
      ).map(({ group_id }) => group_id),
    putPerson: ({ origin, id, userName, externalId, name, email, isActive, record }) =>
      change(() => {
        const known = store.person(origin, id);
        const isTaken = (person: string) =>
          one('SELECT 1 FROM person WHERE person = ?', person) !== undefined;
        const person = known?.person ?? free(idFrom(userName), isTaken);
        run(
          `INSERT INTO person VALUES(?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, 1)
           ON CONFLICT(origin, id) DO UPDATE SET user_name = excluded.user_name, external_id = excluded.external_id,
             name = excluded.name, email = excluded.email, is_active = excluded.is_active, is_deleted = 0, record = excluded.record, changed_at = excluded.changed_at,
             version = version + 1`,
          origin,
          id,
          person,
          userName,
          externalId ?? null,
          name ?? null,
          email ?? null,
          isActive ? 1 : 0,
          JSON.stringify(record),
          known?.createdAt ?? at(),
          at(),
        );
        return personOf(
          one<PersonRow>('SELECT * FROM person WHERE origin = ? AND id = ?', origin, id) as PersonRow,
        );
      }),
    deletePerson: (origin, id) =>
      change(() => {
        run(
          'UPDATE person SET is_active = 0, is_deleted = 1, changed_at = ?, version = version + 1 WHERE origin = ? AND id = ?',
          at(),
          origin,
          id,
        );
        run('DELETE FROM member WHERE origin = ? AND member = ?', origin, id);
      }),
    forget: (origin, id) =>
      change(() => {
        run(
          `UPDATE person SET user_name = ' ' || id, name = NULL, email = NULL, record = '{}', changed_at = ?, version = version + 1
           WHERE origin = ? AND id = ? AND is_deleted = 1`,
          at(),
          origin,
          id,
        );
      }),
    putGroup: ({ origin, id, name, externalId, record }) =>
      change(() => {
        const known = store.group(origin, id);
        const isTaken = (group: string) =>
          one('SELECT 1 FROM people_group WHERE group_id = ?', group) !== undefined;
        const group = known?.group ?? free(`${origin}.${idFrom(name)}`, isTaken);
        run(
          `INSERT INTO people_group VALUES(?, ?, ?, ?, ?, ?, ?, ?, 1)
           ON CONFLICT(origin, id) DO UPDATE SET name = excluded.name, external_id = excluded.external_id,
             record = excluded.record, changed_at = excluded.changed_at, version = version + 1`,
          origin,
          id,
          group,
          name,
          externalId ?? null,
          JSON.stringify(record),
          known?.createdAt ?? at(),
          at(),
        );
        return groupOf(
          one<GroupRow>('SELECT * FROM people_group WHERE origin = ? AND id = ?', origin, id) as GroupRow,
        );
      }),
    deleteGroup: (origin, id) =>
      change(() => {
        run('DELETE FROM people_group WHERE origin = ? AND id = ?', origin, id);
        run('DELETE FROM member WHERE origin = ? AND (group_id = ? OR member = ?)', origin, id, id);
      }),
    addMembers: (origin, group, members) =>
      change(() => {
        for (const member of members)
          run('INSERT OR IGNORE INTO member VALUES(?, ?, ?)', origin, group, member);
      }),
    removeMembers: (origin, group, members) =>
      change(() => {
        for (const member of members)
          run('DELETE FROM member WHERE origin = ? AND group_id = ? AND member = ?', origin, group, member);
      }),
    setMembers: (origin, group, members) =>
      change(() => {
        run('DELETE FROM member WHERE origin = ? AND group_id = ?', origin, group);
        store.addMembers(origin, group, members);
      }),
    claim: (origin, everyMs) =>
      run(
        `INSERT INTO reading VALUES(?1, ?2, NULL)
         ON CONFLICT(origin) DO UPDATE SET claimed_ms = ?2 WHERE claimed_ms <= ?2 - ?3`,
        origin,
        now(),
        everyMs,
      ) > 0,
    putReading: (reading) =>
      void run(
        `INSERT INTO reading VALUES(?1, ?2, ?3) ON CONFLICT(origin) DO UPDATE SET record = ?3`,
        reading.origin,
        now(),
        JSON.stringify(reading),
      ),
    readings: () =>
      all<{ record: string }>('SELECT record FROM reading WHERE record IS NOT NULL ORDER BY origin').map(
        ({ record }) => JSON.parse(record) as DirectoryReading,
      ),
  };
  return store;
}
