import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { JWTPayload } from 'jose';
import { createHome } from '../e2e/fumi.ts';
import type { Home } from '../e2e/fumi.ts';
import { startEntraSimulator } from '../simulators/entra/server.ts';
import type { EntraSimulator } from '../simulators/entra/server.ts';
import { startGraphSimulator } from '../simulators/graph/server.ts';
import { ADA, BOB, smallCompany } from '../simulators/graph/small-company.ts';
import { addItem, guid } from '../simulators/graph/world.ts';
import type { Grant, GraphWorld } from '../simulators/graph/world.ts';
import type { Simulator } from '../simulators/kit/simulator.ts';
import { serve } from './serving.ts';
import type { Serving } from './serving.ts';

export { ADA, BOB };
const CLIENT_ID = guid(5, 1);
const SECRET = 'the-secret-of-the-exchange';

/** A tenant with its sign-in and its files, and a server that asks Graph as its people. */
export interface Stage {
  readonly home: Home;
  readonly world: GraphWorld;
  readonly entra: EntraSimulator;
  readonly graph: Simulator;
  /** Bearer tokens that Graph was shown and that were no application's. */
  readonly shown: string[];
  serving: Serving;
  /** Titles of what a person is shown, and what is said of the source. */
  asked(token: string, query: string, live?: boolean): Promise<Asked>;
  /** Writes the configuration and starts the server again. */
  restart(more?: Configured): Promise<void>;
  close(): Promise<string>;
}

export interface Asked {
  readonly titles: readonly string[];
  readonly source: { readonly state?: string; readonly reason?: string };
}

export interface Configured {
  readonly exchange?: string;
  readonly source?: string;
}

const toMembers: Grant = { kind: 'role', role: 'read', grantee: { to: 'siteGroup', id: '5' } };

/** Both read what lies open; `members` is for those of a site's group, which Graph does not expand for us: Ada alone. */
function company(): GraphWorld {
  const { world, site } = smallCompany();
  site.siteGroups.set('5', new Set([ADA]));
  addFile(world, 'travel', 'The bonus for trains is ten points.');
  addFile(world, 'members', 'The bonus of members is a mug.', [toMembers]);
  return world;
}

/** `grants` instead of those of the library. */
export function addFile(world: GraphWorld, name: string, text: string, grants?: readonly Grant[]): void {
  const [site] = [...world.sites.values()];
  const drive = site?.drives.get('b!documents');
  if (!drive) throw new Error('the world has no library');
  const own = grants && { grants };
  addItem(world, drive, {
    id: name,
    name: `${name}.md`,
    isFolder: false,
    content: `# ${name}\n\n${text}`,
    ...own,
  });
}

export async function openStage(): Promise<Stage> {
  const world = company();
  const shown: string[] = [];
  const entra = await startEntraSimulator({
    tenant: 'contoso.example',
    clientId: CLIENT_ID,
    proof: { secret: SECRET },
  });
  const graph = await startGraphSimulator(world, {
    personOf: (token) => {
      shown.push(token);
      return entra.graphPersonOf(token);
    },
  });
  const home = await createHome();
  await home.write('secret.txt', 'simulated\n');
  await home.write('exchange.txt', `${SECRET}\n`);
  const configure = ({ exchange = '', source = '' }: Configured = {}) =>
    home.write(
      'fumikura.yaml',
      `owner: owner
persons:
  - { id: ada, signIn: [{ issuer: '${entra.issuer}', subject: ${ADA} }], accounts: ['user:sharepoint:contoso:${ADA}'] }
  - { id: bob, signIn: [{ issuer: '${entra.issuer}', subject: ${BOB} }], accounts: ['user:sharepoint:contoso:${BOB}'] }
search: { deadlineMs: 60000, live: { perMinute: 1000, deadlineMs: 30000, breaker: { failures: 100 } } }
lateCheck: { budgetMs: 5000, cacheSeconds: 0 }
server: { drain: { announceSeconds: 0 } }
signIn:
  publicUrl: http://127.0.0.1:7700
  readScope: knowledge.read
  issuers:
    - { issuer: '${entra.issuer}', audiences: [${CLIENT_ID}], types: [JWT], scopeClaim: scp, subjectClaim: oid }
sources:
  - id: sharepoint:contoso
    tenant: contoso.example
    clientId: ${CLIENT_ID}
    credential: { secret: { file: ./secret.txt } }
    graphUrl: ${graph.url}/
    loginUrl: ${graph.url}/
    searchRegion: EUR
    ${source}
    exchange:
      form: on-behalf-of
      issuer: '${entra.issuer}'
      tokenUrl: '${entra.tokenUrl}'
      clientId: ${CLIENT_ID}
      clientSecret: { file: ./exchange.txt }
      scopes: [https://graph.microsoft.com/Files.Read.All, https://graph.microsoft.com/User.Read]
      audiences: [https://graph.microsoft.com]
      ${exchange}
`,
    );
  await configure();
  const synced = await home.run(['sync']);
  if (synced.code !== 0) throw new Error(synced.stderr);
  const up = () => serve(home, '--no-watch', '--verbose');
  let logs = '';
  const stage: Stage = {
    home,
    world,
    entra,
    graph,
    shown,
    serving: await up(),
    asked: (token, query, live = true) => ask(stage.serving.url, token, query, live),
    restart: async (more) => {
      logs += await stage.serving.stop();
      await configure(more);
      stage.serving = await up();
    },
    close: async () => {
      logs += await stage.serving.stop();
      await home.remove();
      await graph.close();
      await entra.close();
      return logs;
    },
  };
  return stage;
}

async function ask(url: string, token: string, query: string, live: boolean): Promise<Asked> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  try {
    const { structuredContent, isError, content } = await client.callTool({
      name: 'search_knowledge',
      arguments: { query, ...(live && { live }) },
    });
    if (isError) throw new Error(JSON.stringify(content));
    const { results, coverage } = structuredContent as {
      results: { title: string }[];
      coverage: { sources: { source: string; state: string; reason?: string }[] };
    };
    const source = coverage.sources.find((each) => each.source === 'sharepoint:contoso') ?? {};
    return { titles: results.map(({ title }) => title).sort(), source };
  } finally {
    await client.close();
  }
}

/** A token as the tenant would sign it, for Graph, of a person. */
export function answerWith(token: string, more: JWTPayload = {}) {
  return { status: 200, body: { token_type: 'Bearer', expires_in: 3_600, access_token: token, ...more } };
}
