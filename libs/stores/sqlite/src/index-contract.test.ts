import { searchIndexContract } from '@fumikura/testkit';
import { temporaryPlace } from './testing/place.ts';

searchIndexContract(async () => {
  const place = await temporaryPlace({ inline: true });
  const stores = [await place.open()];
  return {
    index: (stores[0] ?? (await place.open())).index,
    another: async () => {
      const store = await place.open();
      stores.push(store);
      return store.index;
    },
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
      await place.remove();
    },
  };
});
