import assert from 'node:assert/strict';
import { createLogger } from '@fumikura/logging';
import { connectorContract } from '@fumikura/testkit';
import type { Fault } from '@fumikura/testkit';
import { startGraphSimulator } from '../simulators/graph/server.ts';
import { addDrive, addItem, emptyWorld, removeItem, touch } from '../simulators/graph/world.ts';
import type { Grant, SimulatedItem, SimulatedSite } from '../simulators/graph/world.ts';
import { sharepointConnector } from './sharepoint-world.ts';
import { quickClock } from './clocks.ts';

const SECRET = 's3cret-that-nobody-may-see';
const ADA = '00000000-0000-4000-8000-000000000a0a';
const DRIVE = 'b!drive';

// The contract of every connector, on one library of one site.
connectorContract({
  skip: [
    {
      case: 'restriction-lowers-visibility',
      reason:
        'permissions of its own take the place of the inherited ones, so that no list is added: members are compared in the random tenants',
    },
  ],
  make: async () => {
    const world = emptyWorld('contoso.example');
    world.users.set(ADA, {
      id: ADA,
      name: 'ada',
      upn: 'ada@contoso.example',
      isGuest: false,
      isEnabled: true,
    });
    const everybody: Grant = { kind: 'role', role: 'read', grantee: { to: 'everyone' } };
    const site: SimulatedSite = {
      id: 'contoso.example,1,1',
      name: 'Notes',
      path: '/sites/notes',
      grants: [everybody],
      siteGroups: new Map(),
      administrators: new Set(),
      drives: new Map(),
      pages: new Map(),
      lists: new Map(),
    };
    world.sites.set(site.id, site);
    const drive = addDrive(site, DRIVE, 'Documents');
    const there = addItem(world, drive, { id: 'there', name: 'there', isFolder: true });
    const items = new Map<string, SimulatedItem>();
    const simulator = await startGraphSimulator(world, { clientSecret: SECRET });
    const lines: string[] = [];
    let plan = 0;
    const respondNext = ({ cutAfterBytes, ...answer }: Fault, times: number) => {
      const mine = ++plan;
      const fault = cutAfterBytes === undefined ? answer : { status: 200, body: CUT, cutAfterBytes };
      for (let n = 0; n < times; n++)
        simulator.respondNext(fault, ({ url }) => mine === plan && /\/delta/u.test(url.pathname));
    };
    const known = (name: string) => {
      const item = items.get(name);
      assert.ok(item, `${name} was never made`);
      return item;
    };
    return {
      connector: sharepointConnector(
        simulator.url,
        SECRET,
        quickClock(),
        createLogger('debug', (line) => lines.push(line)),
      ),
      idOf: (name) => `sharepoint:contoso/drive/${DRIVE}/item-${name}`,
      secrets: [SECRET],
      logged: () => lines,
      source: {
        put: async (name, text) => {
          const item =
            items.get(name) ??
            addItem(world, drive, { id: `item-${name}`, name: `${name}.md`, isFolder: false });
          items.set(name, item);
          item.content = text;
          touch(world, item);
        },
        remove: async (name) => removeItem(world, drive, known(name).id),
        move: async (name) => {
          known(name).parent = there.id;
          touch(world, known(name));
        },
        restrict: async (name) => {
          known(name).grants = [{ kind: 'role', role: 'read', grantee: { to: 'user', id: ADA } }];
          touch(world, known(name));
        },
        breakListing: async () => {
          respondNext({ status: 500 }, 1_000);
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

const CUT = JSON.stringify({ value: Array.from({ length: 50 }, (_, id) => ({ id: String(id) })) });
