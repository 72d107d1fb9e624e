import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import { createSharepointConnector, sharepointConfigSchema } from '@fumikura/connector-sharepoint';
import { silentLogger } from '@fumikura/logging';
import type { Connector } from '@fumikura/ports';
import { companyConfluence } from '../simulators/company/confluence.ts';
import { companyGithub } from '../simulators/company/github.ts';
import { VOUCHED } from '../simulators/company/introduction.ts';
import { companyJira } from '../simulators/company/jira.ts';
import { PEOPLE } from '../simulators/company/people.ts';
import { companySharepoint, TENANT } from '../simulators/company/sharepoint.ts';
import { serveWorld as serveConfluence } from './confluence-world.ts';
import { serveGithub } from './github-world.ts';
import { serveJira } from './jira-world.ts';
import { openSyncedWorld } from './leaks.ts';
import type { Comparison } from './leaks.ts';
import { serveWorld as serveSharepoint } from './sharepoint-world.ts';
import type { SourceWorld } from './source-world.ts';

/** With what the company's operator vouches for. */
async function serveVouched(): Promise<SourceWorld> {
  const world = await serveSharepoint(companySharepoint());
  const config = sharepointConfigSchema.parse({
    id: 'sharepoint:contoso',
    tenant: TENANT,
    clientId: '00000000-0000-4000-8000-00000000c11e',
    credential: { secret: new Secret('simulated') },
    graphUrl: `${world.simulator.url}/`,
    loginUrl: `${world.simulator.url}/`,
    ...VOUCHED,
  });
  return {
    ...world,
    connector: () => createSharepointConnector(config, { logger: silentLogger }) as Connector,
  };
}

const SYSTEMS: Readonly<Record<string, () => Promise<SourceWorld>>> = {
  confluence: () => serveConfluence(companyConfluence()),
  jira: () => serveJira(companyJira()),
  github: () => serveGithub(companyGithub().world),
  sharepoint: serveVouched,
};

describe('the invented company', () => {
  const found = new Map<
    string,
    Comparison & { readonly items: number; readonly violations: readonly string[] }
  >();
  before(async () => {
    for (const [name, serve] of Object.entries(SYSTEMS)) {
      const world = await serve();
      const synced = await openSyncedWorld(world);
      try {
        await synced.sync();
        const { violations } = world.simulator;
        found.set(name, { ...(await synced.compare()), items: world.items().length, violations });
      } finally {
        await synced.close();
        await world.close();
      }
    }
  });
  after(() => found.clear());

  for (const name of Object.keys(SYSTEMS))
    it(`[demo.oracle] opens to each person in ${name} what the system itself shows them, and nothing else`, () => {
      const { leaks, unexplained, missing, excused, violations, open, checks } = found.get(name) ?? {};
      assert.deepEqual(
        { leaks, unexplained, missing, excused, violations },
        { leaks: [], unexplained: [], missing: [], excused: {}, violations: [] },
      );
      assert.ok((open ?? 0) > 0 && (open ?? 0) < (checks ?? 0), 'some is open and some is closed');
      assert.ok((checks ?? 0) >= PEOPLE.length * (found.get(name)?.items ?? Infinity));
    });

  it('[demo.size] holds at least 400 items', () => {
    const counts = [...found].map(([name, { items }]) => [name, items] as const);
    const all = counts.reduce((sum, [, items]) => sum + items, 0);
    assert.ok(all >= 400, `${all}: ${counts.join(' ')}`);
    assert.ok(counts.every(([, items]) => items >= 50));
  });

  it('is the same each time', () => {
    for (const make of [companyConfluence, companyJira, companySharepoint]) assert.deepEqual(make(), make());
    assert.deepEqual(companyGithub(), companyGithub());
  });
});
