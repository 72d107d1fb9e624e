import type { JsonValue } from '@fumikura/model';
import type { ProvisionedGroup, ProvisionedPerson } from '@fumikura/ports';

export interface PersonRow {
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

export interface GroupRow extends Pick<
  PersonRow,
  'origin' | 'id' | 'external_id' | 'record' | 'created_at' | 'changed_at' | 'version'
> {
  readonly group_id: string;
  readonly name: string;
}

export function personOf(row: PersonRow): ProvisionedPerson {
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

export function groupOf(row: GroupRow): ProvisionedGroup {
  return { ...common(row), group: row.group_id, name: row.name };
}

function common({
  origin,
  id,
  external_id: externalId,
  record,
  created_at,
  changed_at,
  version,
}: PersonRow | GroupRow) {
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

/** What a name can be as an id here: `Alice Müller@ACME.example` → `alice-muller-acme.example`. */
export function idFrom(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/gu, '-')
    .replace(/^[^a-z0-9]+|-+$/gu, '')
    .slice(0, 80);
  return plain === '' ? 'unnamed' : plain;
}
