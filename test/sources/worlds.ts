import { connectToConfluence, makeConfluenceWorld } from './confluence-world.ts';
import { connectToGithub, makeGithubWorld } from './github-world.ts';
import { connectToJira, makeJiraWorld } from './jira-world.ts';
import { connectToSharepoint, makeSharepointWorld } from './sharepoint-world.ts';
import type { Connect, MakeWorld } from './source-world.ts';

export interface SimulatedSource {
  readonly make: MakeWorld;
  readonly connect: Connect;
}

/** One line a source. */
export const WORLDS: Readonly<Record<string, SimulatedSource>> = {
  confluence: { make: makeConfluenceWorld, connect: connectToConfluence },
  github: { make: makeGithubWorld, connect: connectToGithub },
  jira: { make: makeJiraWorld, connect: connectToJira },
  sharepoint: { make: makeSharepointWorld, connect: connectToSharepoint },
};
