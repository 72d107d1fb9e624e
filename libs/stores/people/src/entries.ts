import { createHash } from 'node:crypto';
import type { LinkDecision, RoleDecision } from '@fumikura/model';
import type { ProvisionedGroup, ProvisionedPerson } from '@fumikura/ports';

/** Everything of an installation's people lies here. */
export const PEOPLE_SPACE = 'people';

/** The groups that hold a person or a group directly. Kept with the member: who joins a large group writes one small entry. */
export interface Membership {
  readonly origin: string;
  readonly member: string;
  readonly groups: readonly string[];
}

/** By the first part of their keys. */
export interface Entries {
  readonly person: ProvisionedPerson;
  readonly group: ProvisionedGroup;
  readonly member: Membership;
  readonly link: LinkDecision;
  readonly role: RoleDecision;
}
export type Kind = keyof Entries;
export const KINDS: readonly Kind[] = ['group', 'link', 'member', 'person', 'role'];

/** Ids of directories may be longer than a key. */
export function keyOf(kind: Kind, ...names: readonly string[]): string {
  return `${kind}/${createHash('sha256').update(JSON.stringify(names)).digest('base64url')}`;
}

export function kindOf(key: string): Kind | undefined {
  return KINDS.find((kind) => key.startsWith(`${kind}/`));
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
