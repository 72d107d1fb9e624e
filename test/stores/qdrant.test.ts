import { describe } from 'node:test';
import { searchIndexContract } from '@fumikura/testkit';
import { createQdrantIndex, DEFAULT_AVERAGES } from '@fumikura/store-qdrant';
import { indexServer } from './index-server.ts';

for (const makesApart of [false, true])
  describe(`Qdrant, points made ${makesApart ? 'in a thread' : 'here'}`, () => {
    searchIndexContract(async () => {
      const server = await indexServer();
      const open = () => createQdrantIndex({ ...server.options, makesApart });
      const opened = [await open()];
      return {
        index: opened[0] ?? (await open()),
        another: async () => {
          const index = await open();
          opened.push(index);
          return index;
        },
        close: async () => {
          await Promise.all(opened.map((each) => each.close()));
          await server.close();
        },
      };
    }, DEFAULT_AVERAGES);
  });
