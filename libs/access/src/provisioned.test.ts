import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProvisionedPerson } from '@fumikura/ports';
import { mergeProvisioned } from './index.ts';
import type { DirectoryPeople, KnownPerson } from './index.ts';

const ISSUER = 'https://id.example';
const OTHER = 'https://other.example';

function told(person: string, more: Partial<ProvisionedPerson> = {}): ProvisionedPerson {
  return {
    origin: 'scim',
    id: `id-${person}`,
    person,
    userName: `${person}@example.com`,
    externalId: `subject-${person}`,
    email: `${person}@example.com`,
    isActive: true,
    isDeleted: false,
    record: {},
    createdAt: '',
    changedAt: '',
    version: 1,
    ...more,
  };
}

function merge(
  entries: readonly Partial<KnownPerson>[],
  persons: readonly ProvisionedPerson[],
  more: Partial<DirectoryPeople> = {},
) {
  const known = entries.map((entry) => ({ id: 'x', signIn: [], ...entry }));
  const directory: DirectoryPeople = {
    issuer: ISSUER,
    subject: 'externalId',
    linkBy: 'subject',
    persons,
    groups: [],
    memberships: new Map(),
    ...more,
  };
  return mergeProvisioned<KnownPerson>(known, [], [directory], (person) => person);
}

const alice = { id: 'alice', signIn: [{ issuer: ISSUER, subject: 'subject-a' }] };

describe('[people.directory] people that a directory tells of', () => {
  it('are persons of their own, with their subject', () => {
    const { persons, left } = merge([], [told('a')]);
    assert.deepEqual(persons, [{ id: 'a', signIn: [{ issuer: ISSUER, subject: 'subject-a' }] }]);
    assert.deepEqual(left, []);
  });

  it('are the entry that names their subject, and close it when they leave', () => {
    assert.deepEqual(merge([alice], [told('a')]).persons, [alice]);
    for (const gone of [{ isActive: false }, { isActive: false, isDeleted: true }])
      assert.deepEqual(merge([alice], [told('a', gone)]).left, ['alice']);
  });

  it('are somebody again when they come back under a new record', () => {
    const before = told('a', { id: 'old', person: 'a', isActive: false, isDeleted: true });
    assert.deepEqual(merge([alice], [before, told('a', { id: 'new', person: 'a-2' })]).left, []);
    assert.deepEqual(
      merge([alice], [{ ...before, isDeleted: false }, told('a', { id: 'new', person: 'a-2' })]).left,
      ['alice'],
    );
  });

  it('link by address only where addresses are believed, and to one entry alone', () => {
    const entry = { id: 'ada', email: 'A@example.com' };
    const byMail = { linkBy: 'email' as const };
    assert.deepEqual(merge([entry], [told('a', { isActive: false })]).left, []);
    assert.deepEqual(merge([entry], [told('a', { isActive: false })], byMail).left, ['ada']);
    assert.deepEqual(
      merge([entry, { ...entry, id: 'two' }], [told('a', { isActive: false })], byMail).left,
      [],
    );
  });

  it('never are an entry that names another subject of the issuer, whoever has its address now', () => {
    const entry = { ...alice, email: 'b@example.com' };
    const { persons } = merge([entry], [told('b')], { linkBy: 'email' });
    assert.deepEqual(
      persons.map(({ id }) => id),
      ['alice', 'b'],
    );
    const elsewhere = { ...entry, signIn: [{ issuer: OTHER, subject: 'x' }] };
    assert.deepEqual(merge([elsewhere], [told('b')], { linkBy: 'email' }).persons.length, 1);
  });

  it('are nobody when their id is an entry that is not known to be them', () => {
    const { persons, unmatched } = merge([{ id: 'a' }], [told('a')]);
    assert.deepEqual(persons, [{ id: 'a', signIn: [] }]);
    assert.deepEqual(unmatched, ['a@example.com']);
  });

  it('bring groups with those members who are somebody here', () => {
    const group = { origin: 'scim', name: 'X', record: {}, createdAt: '', changedAt: '', version: 1 };
    const { groups } = merge([alice], [told('a'), told('b', { isActive: false })], {
      groups: [
        { ...group, id: 'g', group: 'scim.x' },
        { ...group, id: 'h', group: 'scim.y' },
      ],
      memberships: new Map([
        ['g', ['id-a', 'id-b', 'h', 'gone']],
        ['h', ['g']],
      ]),
    });
    assert.deepEqual(groups, [
      { id: 'scim.x', members: ['alice', 'group:scim.y'] },
      { id: 'scim.y', members: ['group:scim.x'] },
    ]);
  });
});
