import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DocumentId, Principal } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';
import { randomWorld as confluenceWorld } from '../simulators/confluence/random-world.ts';
import { randomWorld as githubWorld } from '../simulators/github/random-world.ts';
import { randomWorld as jiraWorld } from '../simulators/jira/random-world.ts';
import { serveWorld } from './confluence-world.ts';
import { serveGithub } from './github-world.ts';
import { serveJira } from './jira-world.ts';
import type { SourceWorld } from './source-world.ts';

/** Of Confluence each third is a Data Center. */
const SEEDS = [1, 2, 4, 5, 7, 8, 10, 11, 13, 14];
const ITEMS = 25;

async function verdicts(connector: Connector, person: Principal, items: readonly DocumentId[]) {
  const accounts = person === 'anyone' ? [] : [person];
  const found = new Map<DocumentId, boolean>();
  assert.ok(connector.mayRead);
  for await (const { id, mayRead } of connector.mayRead(accounts, items, AbortSignal.timeout(120_000)))
    found.set(id, mayRead);
  return found;
}

/** @returns verdicts that say yes and no, so that a test that compares nothing is noticed */
async function compare(served: SourceWorld, isComparable: (item: DocumentId) => boolean) {
  const connector = served.connector();
  const items = served.items().filter(isComparable).slice(0, ITEMS);
  const counts = { yes: 0, no: 0 };
  for (const person of served.people()) {
    const found = await verdicts(connector, person, items);
    for (const item of items) {
      const wanted = served.mayRead(person, item);
      // About everybody a source may tell nothing: then nobody is let in.
      if (person === 'anyone') assert.ok(!found.get(item) || wanted, `${item} is opened to everybody`);
      else assert.equal(found.get(item), wanted, `${person} and ${item}`);
      counts[found.get(item) ? 'yes' : 'no']++;
    }
  }
  assert.deepEqual(served.simulator.violations, []);
  await served.close();
  return counts;
}

async function compareAll(
  worlds: readonly Promise<SourceWorld>[],
  isComparable = (_item: DocumentId) => true,
) {
  const counts = { yes: 0, no: 0 };
  for (const world of worlds) {
    const { yes, no } = await compare(await world, isComparable);
    counts.yes += yes;
    counts.no += no;
  }
  assert.ok(counts.yes > 50 && counts.no > 50, JSON.stringify(counts));
}

describe('[access.late] sources that are asked what somebody may read say what they would show', () => {
  it('Confluence', () => compareAll(SEEDS.map((seed) => serveWorld(confluenceWorld(seed, 30, 'cloud')))));

  // A person is told of collaborators only where they may write; an app everywhere.
  it('GitHub', () =>
    compareAll(
      SEEDS.map((seed) => githubWorld(seed, 20))
        .filter(({ account }) => account.kind === 'app')
        .map((world) => serveGithub(world)),
    ));

  // Who may read a part of an issue its lists alone tell.
  it('Jira', () =>
    compareAll(
      SEEDS.map((seed) => {
        const world = jiraWorld(seed, 30, 'cloud');
        world.ourRights.add('ADMINISTER');
        return serveJira(world);
      }),
      (item) => /\/issue\/\d+$/u.test(item),
    ));

  it('says that our account may not ask about others', async () => {
    const wiki = confluenceWorld(1, 10, 'cloud');
    wiki.mayAskAboutOthers = false;
    const issues = jiraWorld(1, 10, 'cloud');
    issues.ourRights.delete('ADMINISTER');
    for (const served of [await serveWorld(wiki), await serveJira(issues)]) {
      const [person = 'anyone'] = served.people();
      await assert.rejects(verdicts(served.connector(), person, served.items().slice(0, 1)), {
        kind: 'permission',
      });
      await served.close();
    }
  });

  it('is not offered where nobody is told of the rights of another one', async () => {
    const served = await serveWorld(confluenceWorld(1, 10, 'data-center'));
    assert.equal(served.connector().mayRead, undefined);
    await served.close();
  });
});
