import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { createAccess, createLocalDirectory, LOCAL_ISSUER } from '@fumikura/access';
import { createLogger } from '@fumikura/logging';
import { connectorContract } from '@fumikura/testkit';
import type { Fault } from '@fumikura/testkit';
import { randomWorld } from '../simulators/github/random-world.ts';
import { startGithubSimulator } from '../simulators/github/server.ts';
import {
  addComment,
  addIssue,
  addRepository,
  addReview,
  addReviewComment,
  addUser,
  emptyWorld,
  push,
} from '../simulators/github/making.ts';
import type { GithubWorld } from '../simulators/github/world.ts';
import { quickClock } from './clocks.ts';
import { githubConnector, ID, serveGithub } from './github-world.ts';
import type { ServedGithub } from './github-world.ts';
import { agrees, followsEdits, revokesWithoutContent } from './follows-edits.ts';
import { openSyncedWorld } from './leaks.ts';
import type { SyncedWorld } from './leaks.ts';

const signal = new AbortController().signal;

connectorContract({
  make: async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'notes');
    const clock = quickClock();
    let planned: { fault: Fault; times: number } | undefined;
    let isBroken = false;
    const simulator = await startGithubSimulator(world, {
      now: clock.now,
      fault: ({ url }) => {
        if (!url.pathname.includes('/git/trees/')) return undefined;
        if (isBroken) return { status: 500 };
        return planned && planned.times-- > 0 ? asPlanned(planned.fault) : undefined;
      },
    });
    const lines: string[] = [];
    const logger = createLogger('debug', (line) => lines.push(line));
    const connector = githubConnector(world, simulator, { clock, logger });
    // From now on there is an installation token, which may turn up nowhere either.
    await connector.check(signal);
    const path = new Map<string, string>();
    const where = (name: string) => path.get(name) ?? `${name}.md`;
    return {
      connector,
      idOf: (name) => `${ID}/repo/${repository.id}/file/${name}.md`,
      movedIdOf: (name) => `${ID}/repo/${repository.id}/file/moved/${name}.md`,
      secrets: [...simulator.tokens, ...simulator.privateKey.split('\n').slice(1, 3)],
      logged: () => lines,
      source: {
        put: async (name, text) => void push(world, repository, { [where(name)]: text }),
        remove: async (name) => void push(world, repository, { [where(name)]: undefined }),
        move: async (name) => {
          const text = repository.commits.get(repository.branches.get('main') ?? '')?.files.get(where(name));
          push(world, repository, { [where(name)]: undefined, [`moved/${name}.md`]: text });
          path.set(name, `moved/${name}.md`);
        },
        breakListing: async () => {
          isBroken = true;
          return async () => {
            isBroken = false;
          };
        },
        respondNext: (fault, times) => {
          planned = { fault, times };
        },
        close: () => simulator.close(),
      },
    };
  },
  skip: [
    {
      case: 'restriction-lowers-visibility',
      reason:
        'nothing inside a repository has readers of its own; visibility and grants of a repository are tested below',
    },
  ],
});

/** A cut lies over the ordinary answer, anything else replaces it. */
function asPlanned(fault: Fault) {
  return fault.cutAfterBytes === undefined ? fault : { cutAfterBytes: fault.cutAfterBytes };
}

describe('GitHub through the engine', () => {
  let world: ServedGithub;
  let synced: SyncedWorld;
  const open = async (made: GithubWorld) => {
    world = await serveGithub(made);
    synced = await openSyncedWorld(world);
  };
  afterEach(async () => {
    await synced.close();
    await world.close();
  });

  const compare = (moment: string) => agrees(synced, moment);

  for (const seed of [1, 2, 3, 4])
    it(`reads enterprise ${seed}, follows edits and lets nobody see more than the source`, async () => {
      await open(randomWorld(seed, 24));
      await followsEdits(world, synced, { seed, edits: 5 });
    });

  it('lets a revocation through by the permission and directory passes alone', async () => {
    await open(randomWorld(5, 24));
    await revokesWithoutContent(world, synced, 12);
  });

  it('closes a repository made private by the content pass alone, and with it what our account lost', async () => {
    const made = emptyWorld();
    const reader = addUser(made, 'reader');
    const open_ = addRepository(made, 'acme', 'open', { visibility: 'public' });
    const lost = addRepository(made, 'acme', 'lost', { visibility: 'public' });
    for (const each of [open_, lost]) push(made, each, { 'README.md': 'Words.' });
    await open(made);
    await synced.sync();
    const [, stranger] = [await compare('before'), world.people()];
    assert.ok(stranger.includes(`user:${ID}:${reader.id}`));
    open_.visibility = 'private';
    made.account = {
      kind: 'app',
      organisation: 'acme',
      repositories: new Set([open_.id]),
      seesBasePermission: true,
    };
    await synced.sync({ passes: ['content'] });
    assert.equal((await synced.compare()).open, 0);
    await synced.sync({ passes: ['census'] });
    assert.deepEqual((await synced.store.catalog.known([`${ID}/repo/${lost.id}/file/README.md`])).size, 0);
  });

  it('names in the index what people read: titles, addresses, states, conversations', async () => {
    const made = emptyWorld();
    const ada = addUser(made, 'ada');
    const repository = addRepository(made, 'acme', 'notes', { visibility: 'public' });
    push(made, repository, { 'docs/guide.md': '# Guide\n\nUse the **blue** button.' });
    const pull = addIssue(made, repository, 'Fix `colour` *now*', {
      isPull: true,
      body: '# Steps\n\nOne.',
      author: ada.id,
    });
    addComment(made, pull, 'Tested on a phone.', ada.id);
    addReview(made, pull, 'Ship it.');
    addReviewComment(made, pull, 'Rename this.', 'src/a.ts');
    await open(made);
    await synced.sync();
    const access = createAccess(synced.store.catalog, createLocalDirectory(['ada'], [], '1'));
    const filter = await access.filterFor({ issuer: LOCAL_ISSUER, subject: 'ada' });
    const id = `${ID}/repo/${repository.id}/issue/1`;
    const [found] = await synced.store.catalog.readable([id], filter);
    assert.deepEqual(
      [found?.title, found?.kind, found?.authors],
      ['Fix `colour` *now*', 'pull request', ['ada']],
    );
    const text = (await synced.store.catalog.text(id, filter))?.text ?? '';
    for (const words of ['Tested on a phone', 'Ship it', 'Rename this', 'src/a.ts', 'Steps'])
      assert.ok(text.includes(words), words);
  });
});
