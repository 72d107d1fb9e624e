import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Principal, SourceAccount } from '@fumikura/model';
import { createLinkedDirectory, createLocalDirectory, LOCAL_ISSUER } from './index.ts';
import type { LinkedPerson } from './index.ts';

const WIKI = 'confluence:acme';
const user = (id: string): Principal => `user:${WIKI}:${id}`;
const ada = { issuer: LOCAL_ISSUER, subject: 'ada' };

function account(id: string, more: Partial<SourceAccount> = {}): SourceAccount {
  return {
    principal: user(id),
    isActive: true,
    isPerson: true,
    email: { address: 'ada@example.com', isVerified: true },
    ...more,
  };
}

/** A catalog that knows these accounts, each of which is in the group "all". */
async function principals(
  person: LinkedPerson,
  accounts: readonly SourceAccount[],
  others: readonly LinkedPerson[] = [],
) {
  const persons = [person, ...others];
  const directory = createLinkedDirectory(
    createLocalDirectory(
      persons.map(({ id }) => id),
      [],
      '1',
    ),
    {
      accounts: async (wanted, emails) =>
        accounts.filter(
          ({ principal, email }) =>
            wanted.includes(principal) || (email?.isVerified === true && emails.includes(email.address)),
        ),
      directoryVersion: async () => '1',
      withGroups: async (all) => [...all, `group:${WIKI}:all`],
    },
    persons,
  );
  return (await directory.principalsOf(ada)).filter((principal) => principal.includes(WIKI));
}

const linked = [`authenticated:${WIKI}`, user('1'), `group:${WIKI}:all`];

describe('persons and their accounts in the sources', () => {
  it('links an account that an administrator wrote down, with its groups', async () => {
    assert.deepEqual(await principals({ id: 'ada', accounts: [user('1')] }, [account('1')]), linked);
  });

  it('links by an address that both sides verify and nobody else has', async () => {
    assert.deepEqual(await principals({ id: 'ada', email: 'ada@example.com' }, [account('1')]), linked);
  });

  it('links nobody when two accounts or two persons have the address', async () => {
    const person = { id: 'ada', email: 'ada@example.com' };
    assert.deepEqual(await principals(person, [account('1'), account('2')]), []);
    assert.deepEqual(await principals(person, [account('1')], [{ id: 'eve', email: 'ADA@example.com' }]), []);
  });

  it('gives an account that is written down for one person to nobody else, by address or by a second claim', async () => {
    const eve = { id: 'eve', accounts: [user('1')] };
    assert.deepEqual(await principals({ id: 'ada', email: 'ada@example.com' }, [account('1')], [eve]), []);
    assert.deepEqual(await principals({ id: 'ada', accounts: [user('1')] }, [account('1')], [eve]), []);
  });

  it('links no account that is not active, and no app by its address', async () => {
    assert.deepEqual(
      await principals({ id: 'ada', accounts: [user('1')] }, [account('1', { isActive: false })]),
      [],
    );
    assert.deepEqual(
      await principals({ id: 'ada', email: 'ada@example.com' }, [account('1', { isPerson: false })]),
      [],
    );
  });

  it('does not widen by an address what was decided for a source', async () => {
    const person = { id: 'ada', accounts: [user('1')], email: 'ada@example.com' };
    assert.deepEqual(await principals(person, [account('1', { isActive: false }), account('2')]), []);
  });

  it('gives a person nothing of a source that does not know the account written down', async () => {
    assert.deepEqual(await principals({ id: 'ada', accounts: [user('gone')] }, [account('1')]), []);
  });
});
