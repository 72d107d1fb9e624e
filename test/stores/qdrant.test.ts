import { searchIndexContract } from '@fumikura/testkit';
import { createQdrantIndex, DEFAULT_AVERAGES } from '@fumikura/store-qdrant';
import { startQdrant } from '../simulators/qdrant/server.ts';

searchIndexContract(async () => {
  const server = await startQdrant({ judged: false });
  const open = () => createQdrantIndex({ url: server.url, attempts: 1 });
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
