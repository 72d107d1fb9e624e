import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { addRepository, addUser, emptyWorld } from '../simulators/github/making.ts';
import type { GithubWorld, SimulatedOrganisation, SimulatedUser } from '../simulators/github/world.ts';
import { collect } from './github-pulled.ts';
import { ID, serveGithub } from './github-world.ts';
import type { ServedGithub } from './github-world.ts';

const signal = new AbortController().signal;

describe('who members of an organisation are', () => {
  let served: ServedGithub;
  afterEach(() => served.close());

  const serve = async (
    people: readonly Partial<SimulatedUser>[],
    organisation: Partial<SimulatedOrganisation> = {},
  ) => {
    const world: GithubWorld = emptyWorld();
    const acme = Object.assign(world.organisations.get('acme') ?? assert.fail(), organisation);
    addRepository(world, 'acme', 'notes');
    const users = people.map((each, at) => addUser(world, `p${at}`, each));
    for (const { id } of users) acme.members.set(id, 'member');
    served = await serveGithub(world);
    const parts = await collect(served.connector().directory?.(signal));
    const found = new Map(
      parts.flatMap(({ accounts = [] }) => accounts).map(({ principal, email }) => [principal, email]),
    );
    return users.map(({ id }) => found.get(`user:${ID}:${id}`));
  };
  const proved = (address: string) => ({ address, isVerified: true });

  it('is told by their own sign-in service before anything else, in whatever case', async () => {
    const emails = await serve(
      [
        { nameId: 'Ada@acme.example', verified: ['other@acme.example'] },
        { nameId: 'u-4711', verified: ['bob@acme.example'] },
        { email: 'carl@acme.example' },
      ],
      { hasSignIn: true },
    );
    assert.deepEqual(emails, [proved('ada@acme.example'), proved('bob@acme.example'), undefined]);
    assert.deepEqual(served.simulator.violations, []);
  });

  it('is told by the one address in a domain of the organisation, and by none of several', async () => {
    const emails = await serve([
      { verified: ['ada@acme.example'], nameId: 'nobody@asks.example' },
      { verified: ['bob@acme.example', 'boss@acme.example'] },
    ]);
    assert.deepEqual(emails, [proved('ada@acme.example'), undefined]);
  });

  it('is read to the last of many members', async () => {
    const people = Array.from({ length: 230 }, (_, at) => ({ nameId: `p${at}@acme.example` }));
    const emails = await serve(people, { hasSignIn: true });
    assert.deepEqual(
      emails,
      people.map(({ nameId }) => proved(nameId)),
    );
  });

  it('stays open where our account is not told, and people and groups are read all the same', async () => {
    assert.deepEqual(await serve([{ verified: ['ada@acme.example'] }, {}], { hidesIdentities: true }), [
      undefined,
      undefined,
    ]);
    const parts = await collect(served.connector().directory?.(signal));
    assert.equal(parts.flatMap(({ accounts = [] }) => accounts).length, 2);
  });
});
