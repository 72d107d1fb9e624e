import { Secret } from '@fumikura/config';
import { create__Name__Connector, __camel__ConfigSchema } from '@fumikura/connector-__name__';
import type { Connector } from '@fumikura/ports';
import { connectorContract } from '@fumikura/testkit';
import { start__Name__Simulator } from '../simulators/__name__/server.ts';
import { emptyWorld } from '../simulators/__name__/world.ts';

const TOKEN = 'simulated-t0ken';

// Each case fails until the connector and its simulator can do what it says; none is skipped without a reason.
connectorContract({
  make: async () => {
    const world = emptyWorld();
    const simulator = await start__Name__Simulator(world);
    const config = __camel__ConfigSchema.parse({
      id: '__name__:test',
      url: simulator.url,
      token: new Secret(TOKEN),
    });
    const clock = { now: Date.now, sleep: async () => undefined };
    return {
      connector: create__Name__Connector(config, { clock }) as Connector,
      idOf: (name) => `__name__:test/${name}`,
      secrets: [TOKEN],
      source: {
        put: async (name, text) => void world.items.set(name, { text, readers: [] }),
        remove: async (name) => void world.items.delete(name),
        move: async () => {
          throw new Error('the simulator cannot move an item yet');
        },
        restrict: async (name) => void world.items.set(name, { text: '', readers: ['alice'] }),
        breakListing: async () => {
          throw new Error('the simulator cannot break a listing yet');
        },
        respondNext: (fault, times) => {
          for (let n = 0; n < times; n++) simulator.respondNext(fault);
        },
        close: () => simulator.close(),
      },
    };
  },
});
