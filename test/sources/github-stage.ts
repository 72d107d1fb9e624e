import assert from 'node:assert/strict';
import { afterEach } from 'node:test';
import type { GithubOptions } from '../simulators/github/server.ts';
import type { GithubWorld } from '../simulators/github/world.ts';
import { githubConnector, serveGithub } from './github-world.ts';
import type { ConnectorOptions, ServedGithub } from './github-world.ts';

/** One enterprise at a time, closed after the test that asked for it. */
export function githubStage() {
  let served: ServedGithub | undefined;
  afterEach(() => served?.close());
  const open = () => served ?? assert.fail('no enterprise is open');
  return {
    get served(): ServedGithub {
      return open();
    },
    serve: async (world: GithubWorld, options: GithubOptions = {}): Promise<ServedGithub> => {
      served = await serveGithub(world, options);
      return served;
    },
    connect: (options: ConnectorOptions = {}) => githubConnector(open().world, open().simulator, options),
    asked: (pattern: RegExp) =>
      open().simulator.requests.filter(({ path, query }) => pattern.test(`${path}${query}`)),
  };
}
