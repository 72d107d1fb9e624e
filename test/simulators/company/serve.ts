// The company's four systems on loopback. Prints one line of JSON that says where they are, who is in the company and what
// a visitor may ask; ends with its parent (standard input or the channel closes) and on SIGTERM.
import { startConfluenceSimulator } from '../confluence/server.ts';
import { startGithubSimulator } from '../github/server.ts';
import { startGraphSimulator } from '../graph/server.ts';
import { startJiraSimulator } from '../jira/server.ts';
import { companyConfluence } from './confluence.ts';
import { companyGithub } from './github.ts';
import { companyJira } from './jira.ts';
import { introduction } from './introduction.ts';
import { companySharepoint } from './sharepoint.ts';

const github = companyGithub();
const [confluence, jira, hub, graph] = await Promise.all([
  startConfluenceSimulator(companyConfluence(), { isStill: true, memberPage: 100 }),
  startJiraSimulator(companyJira(), { firstPage: 20 }),
  startGithubSimulator(github.world),
  startGraphSimulator(companySharepoint(), { pageSize: 200 }),
]);
const simulators = [confluence, jira, hub, graph];

let isEnding = false;
async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await Promise.all(simulators.map((each) => each.close()));
  process.exit(0);
}

process.on('SIGTERM', () => void end());
process.on('disconnect', () => void end());
// Ctrl-C reaches everybody at the terminal; whoever started this closes what it holds and then this ends.
process.on('SIGINT', () => undefined);
process.stdin.on('end', () => void end()).on('error', () => void end());
process.stdin.resume();
process.stdout.write(
  `${JSON.stringify(
    introduction(
      { confluence: confluence.url, jira: jira.url, github: hub.url, sharepoint: graph.url },
      { githubKey: hub.privateKey, githubAccounts: github.accounts },
    ),
  )}\n`,
);
