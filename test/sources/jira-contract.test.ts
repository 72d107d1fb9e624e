import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogger } from '@fumikura/logging';
import { connectorContract } from '@fumikura/testkit';
import type { Fault } from '@fumikura/testkit';
import { startJiraSimulator } from '../simulators/jira/server.ts';
import {
  addIssue,
  addLevel,
  addProject,
  emptyWorld,
  moveIssue,
  removeIssue,
  touch,
} from '../simulators/jira/making.ts';
import type { JiraWorld, SimulatedIssue } from '../simulators/jira/world.ts';
import { jiraConnector } from './jira-world.ts';

const TOKEN = 't0ken-that-nobody-may-see';

function contract(deployment: JiraWorld['deployment']): void {
  connectorContract({
    skip: [
      {
        case: 'removal-is-reported',
        reason: 'no search tells of deletions: they leave the listing, as removal-leaves-the-listing shows',
      },
    ],
    make: async () => {
      const world = emptyWorld(deployment);
      const ours = { type: 'user', of: world.ourAccount } as const;
      const [here, there] = ['ONE', 'TWO'].map((key) => addProject(world, { key, lead: world.ourAccount }));
      assert.ok(here && there);
      const level = addLevel(world, 'Few', [ours]);
      const issues = new Map<string, SimulatedIssue>();
      const simulator = await startJiraSimulator(world, { token: TOKEN });
      const lines: string[] = [];
      let plan = 0;
      const isItems = (path: string) => /\/search(?:\/jql)?$/u.test(path);
      const respondNext = ({ cutAfterBytes, ...answer }: Fault, times: number) => {
        const mine = ++plan;
        const fault = cutAfterBytes === undefined ? answer : { status: 200, body: CUT, cutAfterBytes };
        for (let n = 0; n < times; n++)
          simulator.respondNext(fault, ({ url }) => mine === plan && isItems(url.pathname));
      };
      const known = (name: string) => {
        const issue = issues.get(name);
        assert.ok(issue, `${name} was never made`);
        return issue;
      };
      return {
        connector: jiraConnector(simulator.url, deployment, {
          token: TOKEN,
          deps: { logger: createLogger('debug', (line) => lines.push(line)) },
        }),
        idOf: (name) => `jira:acme/issue/${known(name).id}`,
        secrets: [TOKEN],
        logged: () => lines,
        source: {
          put: async (name, text) => {
            const issue = issues.get(name) ?? addIssue(world, here, { summary: name });
            issues.set(name, issue);
            issue.description = text;
            touch(world, issue);
          },
          remove: async (name) => removeIssue(world, known(name).id),
          move: async (name) => moveIssue(world, known(name), there),
          restrict: async (name) => {
            known(name).level = level.id;
            touch(world, known(name));
          },
          breakListing: async () => {
            respondNext(
              { status: 200, body: '{"issues":[]}', headers: { 'content-type': 'application/json' } },
              1,
            );
            return async () => respondNext({ status: 200 }, 0);
          },
          respondNext,
          close: async () => {
            await simulator.close();
            assert.deepEqual(simulator.violations, []);
          },
        },
      };
    },
  });
}

const CUT = JSON.stringify({ issues: Array.from({ length: 50 }, (_, id) => ({ id: String(id) })) });

describe('Jira Cloud', () => contract('cloud'));
describe('Jira Data Center', () => contract('data-center'));

describe('a configuration', () => {
  it('refuses what it does not know', () => {
    assert.throws(
      () => jiraConnector('http://127.0.0.1:1', 'cloud', { config: { wrong: 1 } as object }),
      /wrong/,
    );
  });
});
