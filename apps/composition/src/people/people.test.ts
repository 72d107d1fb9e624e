import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '@fumikura/config';
import { peopleOf } from './people.ts';
import type { PeopleConfig } from './people.ts';

const catalog = {
  accounts: () => Promise.reject(new Error('not asked for here')),
  withGroups: () => Promise.reject(new Error('not asked for here')),
  directoryVersion: async () => '1',
};
const config = parseConfig(
  'owner: ada\npersons: [{ id: ada }, { id: bob }]\ngroups: [{ id: crew, members: [bob] }]\nroles: [{ id: clerk }]\n',
  '/nowhere/fumikura.yaml',
);

describe('the version of people', () => {
  const changed: Readonly<Record<string, Partial<PeopleConfig>>> = {
    owner: { owner: 'bob' },
    persons: { persons: config.persons.slice(0, 1) },
    groups: { groups: [] },
    roles: { roles: [] },
    left: { left: ['bob'] },
    decided: {
      decided: { links: [{ account: 'user:wiki:x:1', person: 'ada' }] } as unknown as PeopleConfig['decided'],
    },
  };
  for (const [part, change] of Object.entries(changed))
    it(`[people.live] is another one when they change by "${part}"`, async () => {
      const before = peopleOf(config, catalog);
      const after = peopleOf({ ...config, ...change }, catalog);
      assert.notEqual(after.version, before.version);
      assert.notEqual(await after.directory.version(), await before.directory.version());
      assert.equal(peopleOf({ ...config }, catalog).version, before.version);
    });
});
