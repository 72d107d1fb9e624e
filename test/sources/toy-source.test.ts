import type { Connector } from '@fumikura/ports';
import { connectorContract } from '@fumikura/testkit';
import type { Fault } from '@fumikura/testkit';
import { startSimulator } from '../simulators/kit/simulator.ts';
import { quickClock } from './clocks.ts';
import { createToyConnector, ToyServer } from './toy-source.ts';

const TOKEN = 't0ken-that-nobody-may-see';

// The contract of every connector, on the smallest one that has a network: each case runs, none is skipped.
connectorContract({
  make: async () => {
    const server = new ToyServer(TOKEN);
    let planned: { fault: Fault; times: number } | undefined;
    let isBroken = false;
    const simulator = await startSimulator({
      answer: (request) => {
        const ordinary = server.answer(request);
        if (isBroken && request.url.searchParams.get('page') === '1') return { status: 500 };
        if (!planned || planned.times-- <= 0 || request.url.pathname !== '/items') return ordinary;
        const { cutAfterBytes, ...answer } = planned.fault;
        return cutAfterBytes !== undefined && ordinary ? { ...ordinary, cutAfterBytes } : answer;
      },
    });
    return {
      connector: createToyConnector({
        id: 'toy:t',
        baseUrl: simulator.url,
        token: TOKEN,
        clock: quickClock(),
      }) as Connector,
      idOf: (name) => `toy:t/${name}`,
      secrets: [TOKEN],
      source: {
        put: async (name, text) => server.put(name, { text }),
        remove: async (name) => server.put(name, { isRemoved: true }),
        move: async (name) => server.put(name, {}),
        restrict: async (name) => server.put(name, { readers: ['alice'] }),
        breakListing: async () => {
          for (let n = 0; n < 60; n++) server.put(`more${n}`, { text: '' });
          isBroken = true;
          return async () => {
            isBroken = false;
            for (let n = 0; n < 60; n++) server.put(`more${n}`, { isRemoved: true });
          };
        },
        respondNext: (fault, times) => {
          planned = { fault, times };
        },
        close: () => simulator.close(),
      },
    };
  },
});
