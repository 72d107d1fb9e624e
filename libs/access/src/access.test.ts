import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Catalog } from '@fumikura/ports';
import { readGrant } from '@fumikura/ports';
import { createAccess, createLocalDirectory, LOCAL_ISSUER, localPrincipal } from './index.ts';

const directory = createLocalDirectory(
  ['alice', 'bob'],
  [
    { id: 'hr', members: ['alice'] },
    { id: 'office', members: ['group:hr', 'group:all'] },
    { id: 'all', members: ['group:office'] },
    { id: 'staff', members: ['everyone'] },
  ],
  'v1',
);
const local = (subject: string) => ({ issuer: LOCAL_ISSUER, subject });

describe('the directory of the configuration file', () => {
  it('[access.nested-groups] expands nested groups once, even when they contain each other', async () => {
    assert.deepEqual(await directory.principalsOf(local('alice')), [
      'anyone',
      'authenticated:local',
      'user:local:alice',
      'group:local:all',
      'group:local:hr',
      'group:local:office',
      'group:local:staff',
    ]);
  });

  it('[access.stranger] gives nothing to persons it does not know, whoever vouches for them', async () => {
    assert.deepEqual(await directory.principalsOf(local('mallory')), []);
    assert.deepEqual(await directory.principalsOf({ issuer: 'https://else.where', subject: 'alice' }), []);
  });

  it('reads "everyone" as the persons of this installation, not as the world', () => {
    assert.equal(localPrincipal('everyone'), 'authenticated:local');
    assert.equal(localPrincipal('anyone'), 'anyone');
    assert.equal(localPrincipal('group:hr'), 'group:local:hr');
  });
});

describe('access filters', () => {
  function catalogOf(state: { version: string; reads: number; movesDuringRead?: boolean }): Catalog {
    const part: Partial<Catalog> = {
      accessVersion: async () => state.version,
      readableAcls: async (principals) => {
        state.reads++;
        if (state.movesDuringRead) state.version += "'";
        return { aclIds: Uint32Array.of(principals.length), version: state.version };
      },
    };
    return part as Catalog;
  }

  it('are computed once per state of the lists and again after any change', async () => {
    const state = { version: '1', reads: 0 };
    const access = createAccess(catalogOf(state), directory);
    const first = await access.filterFor(local('alice'));
    assert.equal(await access.filterFor(local('alice')), first);
    state.version = '2';
    assert.notEqual(await access.filterFor(local('alice')), first);
    assert.equal(state.reads, 2);
  });

  it('are not kept when the lists moved while they were read', async () => {
    const state = { version: '1', reads: 0, movesDuringRead: true };
    const access = createAccess(catalogOf(state), directory);
    await access.filterFor(local('bob'));
    state.movesDuringRead = false;
    await access.filterFor(local('bob'));
    assert.equal(state.reads, 2);
  });

  it('[access.stranger] admit nothing for a stranger, without asking the catalog', async () => {
    const state = { version: '1', reads: 0 };
    const grant = readGrant(await createAccess(catalogOf(state), directory).filterFor(local('mallory')));
    assert.deepEqual([grant?.principals, grant?.aclIds.length, state.reads], [[], 0, 0]);
  });

  it('differ between two persons with the same groups, so that cursors do not pass from one to the other', async () => {
    const access = createAccess(catalogOf({ version: '1', reads: 0 }), directory);
    const [alice, bob] = [await access.filterFor(local('alice')), await access.filterFor(local('bob'))];
    assert.notEqual(readGrant(alice)?.caller, readGrant(bob)?.caller);
  });

  it('differ between two persons whom different issuers call by the same name', async () => {
    const anybody = { principalsOf: async () => ['anyone' as const], version: async () => 'v1' };
    const access = createAccess(catalogOf({ version: '1', reads: 0 }), anybody);
    const ours = await access.filterFor(local('alice'));
    const theirs = await access.filterFor({ issuer: 'https://else.where', subject: 'alice' });
    assert.notEqual(ours, theirs);
    assert.notEqual(readGrant(ours)?.caller, readGrant(theirs)?.caller);
  });
});
