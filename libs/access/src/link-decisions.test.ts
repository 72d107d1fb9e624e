import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LinkDecision, Principal, SourceAccount } from '@fumikura/model';
import { createLinkedDirectory, createLocalDirectory, decidedLinks, LOCAL_ISSUER } from './index.ts';
import type { LinkedPerson } from './index.ts';

const user = (id: string): Principal => `user:wiki:acme:${id}`;
const MAIL = 'ada@example.com';
const ACCOUNTS: readonly SourceAccount[] = ['1', '2'].map((id) => ({
  principal: user(id),
  isActive: true,
  isPerson: true,
  email: { address: MAIL, isVerified: true },
}));

type Choice = readonly [account: Principal, person?: string];

describe('decisions about accounts', () => {
  const directoryOf = (choices: readonly Choice[], ...persons: readonly LinkedPerson[]) =>
    createLinkedDirectory(
      createLocalDirectory(
        persons.map(({ id }) => id),
        [],
        '1',
      ),
      {
        accounts: async (wanted, emails) =>
          ACCOUNTS.filter(({ principal }) => wanted.includes(principal) || emails.includes(MAIL)),
        withGroups: async (all) => all,
        directoryVersion: async () => '1',
      },
      persons,
      decidedLinks(
        choices.map(([account, person]): LinkDecision => ({
          account,
          by: 'me',
          at: '2026-05-01T00:00:00.000Z',
          ...(person !== undefined && { person }),
        })),
      ),
    );
  const accountsOf = async (directory: ReturnType<typeof directoryOf>, id = 'ada') =>
    (await directory.principalsOf({ issuer: LOCAL_ISSUER, subject: id })).filter((each) =>
      each.startsWith('user:wiki:'),
    );
  const ada = { id: 'ada', email: MAIL };

  it('[access.links.decided] open one of two accounts with the address, and not the other', async () => {
    assert.deepEqual(await accountsOf(directoryOf([], ada)), [], 'two accounts have the address');
    assert.deepEqual(await accountsOf(directoryOf([[user('2'), 'ada']], ada)), [user('2')]);
    assert.deepEqual(await accountsOf(directoryOf([[user('2')]], ada)), []);
  });

  it('close what is written down, and give nobody what is written down for somebody else', async () => {
    const persons = [
      { id: 'ada', accounts: [user('1')] },
      { id: 'eve', accounts: [user('2')] },
    ];
    assert.deepEqual(await accountsOf(directoryOf([[user('1')]], ...persons)), []);
    const given = directoryOf([[user('2'), 'ada']], ...persons);
    assert.deepEqual(await accountsOf(given), [user('1')]);
    assert.deepEqual(await accountsOf(given, 'eve'), []);
  });
});
