import { createLogger } from '@fumikura/logging';
import { connectorContract } from '@fumikura/testkit';
import type { ConnectorCase, Fault } from '@fumikura/testkit';
import { addContent, addSpace, emptyWorld, removeContent, touch } from '../simulators/confluence/making.ts';
import type { ConfluenceWorld } from '../simulators/confluence/world.ts';
import type { SimulatedRequest } from '../simulators/kit/simulator.ts';
import { confluenceConnector, ID, serveWorld } from './confluence-world.ts';

async function confluenceCase(deployment: ConfluenceWorld['deployment']): Promise<ConnectorCase> {
  const world = emptyWorld(deployment);
  const [here, there] = ['HERE', 'THERE'].map((key) => addSpace(world, { key }));
  const { simulator, close } = await serveWorld(world);
  const ids = new Map<string, string>();
  const lines: string[] = [];
  const find = (name: string) => {
    const content = world.content.get(ids.get(name) ?? '');
    if (!content) throw new Error(`${name} was not put`);
    return content;
  };
  const isItems = ({ url }: SimulatedRequest) => /\/(?:pages|scan)$/u.test(url.pathname);
  let plan = {};
  const respond = (fault: Fault, times: number, fits: (request: SimulatedRequest) => boolean) => {
    const own = {};
    plan = own;
    // A body that is broken off has to be longer than what is sent of it.
    const body =
      fault.cutAfterBytes === undefined
        ? fault.body
        : JSON.stringify({ results: [], padding: 'x'.repeat(99) });
    for (let n = 0; n < times; n++)
      simulator.respondNext({ ...fault, body }, (request) => plan === own && fits(request));
  };
  return {
    connector: confluenceConnector(
      deployment,
      simulator.url,
      {},
      createLogger('debug', (line) => lines.push(line)),
    ),
    idOf: (name) => `${ID}/page/${ids.get(name)}`,
    secrets: ['simulated', Buffer.from(`sync@acme.example:simulated`).toString('base64')],
    logged: () => lines,
    source: {
      put: async (name, text) => {
        const known = world.content.get(ids.get(name) ?? '');
        if (known) touch(world, Object.assign(known, { text }));
        else ids.set(name, addContent(world, { space: here?.id ?? '', title: name, text }).id);
      },
      remove: async (name) => removeContent(world, find(name).id),
      move: async (name) => {
        find(name).space = there?.id ?? '';
      },
      restrict: async (name) => {
        find(name).restriction = { users: new Set([world.account]), groups: new Set() };
      },
      breakListing: async () => {
        respond({ status: 500 }, 50, ({ url }) => /comment/u.test(`${url.pathname}${url.search}`));
        return async () => {
          plan = {};
        };
      },
      respondNext: (fault, times) => respond(fault, times, isItems),
      close,
    },
  };
}

const skip = [
  {
    case: 'removal-is-reported',
    reason: 'what is purged or hidden gives no sign: the census finds it (removal-leaves-the-listing)',
  },
] as const;

connectorContract({ make: () => confluenceCase('cloud'), skip });
connectorContract({ make: () => confluenceCase('data-center'), skip });
