import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Principal, SourceAccount } from '@fumikura/model';
import { createLinkDecisions, createLinkedDirectory, createLocalDirectory, LOCAL_ISSUER } from './index.ts';
import type { LinkDecisions, LinkedPerson } from './index.ts';

const user = (id: string): Principal => `user:wiki:acme:${id}`;
const MAIL = 'ada@example.com';
const ACCOUNTS: readonly SourceAccount[] = ['1', '2'].map((id) => ({
  principal: user(id),
  isActive: true,
  isPerson: true,
  email: { address: MAIL, isVerified: true },
}));

describe('decisions about accounts', () => {
  let folder: string;
  let file: string;
  let decisions: LinkDecisions;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-links-'));
    file = join(folder, 'data', 'links.jsonl');
    decisions = createLinkDecisions(file);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const directoryOf = (...persons: readonly LinkedPerson[]) =>
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
      decisions,
    );
  const accountsOf = async (directory: ReturnType<typeof directoryOf>, id = 'ada') =>
    (await directory.principalsOf({ issuer: LOCAL_ISSUER, subject: id })).filter((each) =>
      each.startsWith('user:wiki:'),
    );
  const decide = (account: Principal, person?: string) =>
    // As another process does it.
    createLinkDecisions(file).decide({ account, by: 'me', ...(person !== undefined && { person }) });

  it('[access.links.decided] count from the next question on, in every process, and are taken back by the next one', async () => {
    const directory = directoryOf({ id: 'ada', email: MAIL });
    assert.deepEqual(await accountsOf(directory), [], 'two accounts have the address');
    await decide(user('2'), 'ada');
    assert.deepEqual(await accountsOf(directory), [user('2')], 'and the other is not added by it');
    await decide(user('2'));
    assert.deepEqual(await accountsOf(directory), []);
    await decide(user('1'), 'ada');
    assert.deepEqual(await accountsOf(directory), [user('1')]);
  });

  it('[access.links.decided] change the version of the directory, so that no filter outlives them', async () => {
    const directory = directoryOf({ id: 'ada', email: MAIL });
    const before = await directory.version();
    assert.equal(await directory.version(), before);
    await decide(user('2'), 'ada');
    const decided = await directory.version();
    await decide(user('2'));
    assert.equal(new Set([before, decided, await directory.version()]).size, 3);
  });

  it('close what is written down, and give nobody what is written down for somebody else', async () => {
    const directory = directoryOf({ id: 'ada', accounts: [user('1')] }, { id: 'eve', accounts: [user('2')] });
    await decide(user('1'));
    assert.deepEqual(await accountsOf(directory), []);
    await decide(user('2'), 'ada');
    assert.deepEqual(await accountsOf(directory), []);
    assert.deepEqual(await accountsOf(directory, 'eve'), []);
  });

  it('do not open the other of two accounts when one is said to be nobody\u2019s', async () => {
    const directory = directoryOf({ id: 'ada', email: MAIL });
    await decide(user('2'));
    assert.deepEqual(await accountsOf(directory), []);
  });

  it('that broke off while they were written were none, and damaged ones are refused', async () => {
    const directory = directoryOf({ id: 'ada', email: MAIL });
    await decide(user('1'), 'ada');
    await appendFile(file, '\n{"account":"user:wiki:acme:2","per');
    assert.deepEqual(await accountsOf(directory), [user('1')]);
    await decide(user('1'));
    assert.deepEqual(await accountsOf(directory), []);
    await appendFile(file, '\n{"account":7}');
    await assert.rejects(accountsOf(directory), { code: 'STORE_DAMAGED' });
  });
});
