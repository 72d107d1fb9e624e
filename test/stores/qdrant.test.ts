import { searchIndexContract } from '@fumikura/testkit';
import { createQdrantIndex, DEFAULT_AVERAGES } from '@fumikura/store-qdrant';
import { indexServer } from './index-server.ts';

searchIndexContract(async () => {
  const server = await indexServer();
  const open = () => createQdrantIndex(server.options);
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
