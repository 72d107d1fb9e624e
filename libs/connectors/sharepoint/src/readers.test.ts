import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import { sharepointConfigSchema } from './config.ts';
import type { Permission } from './graph-types.ts';
import { readersOf } from './readers.ts';

const SITE = 'contoso.sharepoint.com,a,b';
const ID = '0a000000-0000-4000-8000-000000000001';
const NOW = Date.parse('2026-06-01T00:00:00Z');

function read(permissions: readonly Permission[], options: object = {}) {
  const config = sharepointConfigSchema.parse({
    id: 'sharepoint:t',
    tenant: 't.example',
    clientId: 'app',
    credential: { secret: new Secret('s') },
    ...options,
  });
  return readersOf(permissions, SITE, config, NOW);
}

const named = { user: { id: ID.toUpperCase() } };

describe('readers of an item', () => {
  it('names users and groups by object id in one spelling', () => {
    const found = read([
      { roles: ['read'], grantedToV2: named },
      { roles: ['write'], grantedToV2: { group: { id: ID } } },
      { roles: ['owner'], grantedTo: named },
    ]);
    assert.deepEqual(found.members, [`group:sharepoint:t:${ID}`, `user:sharepoint:t:${ID}`]);
  });

  it('gives nothing for Limited Access and closes roles it does not know', () => {
    assert.deepEqual(read([{ roles: ['Limited Access'], grantedToV2: named }]).members, []);
    const unknown = read([{ roles: ['sp.custom'], grantedToV2: named }]);
    assert.deepEqual([unknown.members, unknown.closed], [[], ['unknown role']]);
  });

  it('closes site groups until they are mapped, and owners of a group', () => {
    const grant: Permission = { roles: ['read'], grantedToV2: { siteGroup: { id: '5' } } };
    assert.deepEqual(read([grant]).closed, ['site group without a mapping']);
    const mapped = read([grant], { siteGroups: [{ site: SITE, group: '5', members: [`user:${ID}`] }] });
    assert.deepEqual(mapped.members, [`group:sharepoint:t:site/${SITE}/5`]);
    const loginName = `c:0o.c|federateddirectoryclaimprovider|${ID}_o`;
    const owners = read([{ roles: ['read'], grantedToV2: { siteUser: { loginName } } }]);
    assert.deepEqual([owners.members, owners.closed], [[], ['owners of a group']]);
  });

  it('tells everyone from everyone except guests', () => {
    const by = (loginName: string) =>
      read([{ roles: ['read'], grantedToV2: { siteUser: { loginName } } }]).members;
    assert.deepEqual(by('c:0(.s|true'), ['authenticated:sharepoint:t']);
    assert.deepEqual(by('c:0-.f|rolemanager|spo-grid-all-users/x'), [
      'group:sharepoint:t:everyone-except-external',
    ]);
    assert.deepEqual(by('i:0#.f|membership|aya@contoso.example'), []);
  });

  it('counts links for named people until they end, and links of holders by setting alone', () => {
    const link = (scope: string, more: Partial<Permission> = {}): Permission => ({
      roles: ['read'],
      link: { scope },
      grantedToIdentitiesV2: [named],
      ...more,
    });
    assert.deepEqual(read([link('users')]).members, [`user:sharepoint:t:${ID}`]);
    assert.deepEqual(read([link('users', { expirationDateTime: '2026-05-31T00:00:00Z' })]).members, []);
    assert.deepEqual(read([link('organization'), link('anonymous')]).members, []);
    const sharingLinks = { organization: true, anonymous: true };
    assert.deepEqual(read([link('organization'), link('anonymous')], { sharingLinks }).members, [
      'anyone',
      'group:sharepoint:t:everyone-except-external',
    ]);
    assert.deepEqual(read([link('anonymous', { hasPassword: true })], { sharingLinks }).members, []);
  });

  it('believes an origin only when every grant names it', () => {
    const inherited: Permission = { roles: ['read'], grantedToV2: named, inheritedFrom: { id: 'folder' } };
    assert.equal(read([inherited]).inheritedFrom, 'folder');
    assert.equal(read([inherited, { roles: ['read'], grantedToV2: named }]).inheritedFrom, undefined);
  });
});
