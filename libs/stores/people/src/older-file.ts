import { DatabaseSync } from 'node:sqlite';
import type { JsonValue } from '@fumikura/model';
import type {
  DirectoryReading,
  ProvisionedGroup,
  ProvisionedPerson,
  SharedState,
  StateWrite,
} from '@fumikura/ports';
import { keyOf, PEOPLE_SPACE } from './entries.ts';

/**
 * Takes people over from the file in which they lay before. @returns how many, or undefined and nothing is changed where
 * people are known already
 */
export async function importPeopleFile(
  state: SharedState,
  file: string,
): Promise<{ readonly persons: number; readonly groups: number } | undefined> {
  const { persons, groups, memberships, readings } = readPeopleFile(file);
  const puts: StateWrite[] = [
    { key: 'head', value: { at: 1 }, expected: 0 },
    ...persons.map((each) => ({
      key: keyOf('person', each.origin, each.id),
      value: each as unknown as JsonValue,
    })),
    ...groups.map((each) => ({
      key: keyOf('group', each.origin, each.id),
      value: each as unknown as JsonValue,
    })),
    ...memberships.map((each) => ({ key: keyOf('member', each.origin, each.member), value: each })),
    ...readings.map((each) => ({ key: `reading/${each.origin}`, value: each as unknown as JsonValue })),
  ];
  const isTaken = await state.change(PEOPLE_SPACE, { puts });
  return isTaken ? { persons: persons.length, groups: groups.length } : undefined;
}

function readPeopleFile(file: string) {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const all = <T>(sql: string) => database.prepare(sql).all() as unknown as T[];
    const members = all<MemberRow>(
      'SELECT origin, group_id, member FROM member ORDER BY origin, member, group_id',
    );
    const byMember = Map.groupBy(members, ({ origin, member }) => JSON.stringify([origin, member]));
    return {
      persons: all<PersonRow>('SELECT * FROM person').map(personOf),
      groups: all<GroupRow>('SELECT * FROM people_group').map(groupOf),
      memberships: [...byMember].map(([key, rows]) => {
        const [origin, member] = JSON.parse(key) as [string, string];
        return { origin, member, groups: rows.map(({ group_id }) => group_id) };
      }),
      readings: all<{ record: string }>('SELECT record FROM reading WHERE record IS NOT NULL').map(
        ({ record }) => JSON.parse(record) as DirectoryReading,
      ),
    };
  } finally {
    database.close();
  }
}

interface MemberRow {
  readonly origin: string;
  readonly group_id: string;
  readonly member: string;
}

interface PersonRow {
  readonly origin: string;
  readonly id: string;
  readonly person: string;
  readonly user_name: string;
  readonly external_id: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly is_active: number;
  readonly is_deleted: number;
  readonly record: string;
  readonly created_at: string;
  readonly changed_at: string;
  readonly version: number;
}

interface GroupRow extends Pick<
  PersonRow,
  'origin' | 'id' | 'external_id' | 'record' | 'created_at' | 'changed_at' | 'version'
> {
  readonly group_id: string;
  readonly name: string;
}

function personOf(row: PersonRow): ProvisionedPerson {
  return {
    ...common(row),
    person: row.person,
    userName: row.user_name,
    ...(row.name !== null && { name: row.name }),
    ...(row.email !== null && { email: row.email }),
    isActive: row.is_active === 1,
    isDeleted: row.is_deleted === 1,
  };
}

function groupOf(row: GroupRow): ProvisionedGroup {
  return { ...common(row), group: row.group_id, name: row.name };
}

function common(row: PersonRow | GroupRow) {
  const { origin, id, external_id: externalId, record, created_at, changed_at, version } = row;
  return {
    origin,
    id,
    record: JSON.parse(record) as JsonValue,
    createdAt: created_at,
    changedAt: changed_at,
    version,
    ...(externalId !== null && { externalId }),
  };
}
