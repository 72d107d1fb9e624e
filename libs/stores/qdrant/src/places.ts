import { AppError } from '@fumikura/errors';
import type { IndexPlaces } from '@fumikura/ports';
import { createCall } from './client.ts';
import { createQdrantIndex } from './qdrant-index.ts';
import type { QdrantIndexOptions } from './qdrant-index.ts';
import {
  collectionName,
  createCollection,
  ledTo,
  liveCollection,
  pointAlias,
  removeAlias,
} from './schema.ts';

const GENERATION = /_(\d+)$/u;

/**
 * Three aliases: `name`, `name-next`, `name-previous`. Only `name` is asked; leading it elsewhere is one action, and
 * whatever ends in between leaves it at one of the two.
 */
export function createIndexPlaces(options: QdrantIndexOptions): IndexPlaces {
  const call = createCall(options);
  const alias = options.name ?? 'fumikura';
  const aliasOf = (place: 'next' | 'previous') => `${alias}-${place}`;
  const at = (place: 'next' | 'previous') => createQdrantIndex({ ...options, name: aliasOf(place) });
  return {
    next: async () => {
      if ((await ledTo(call, aliasOf('next'))) === undefined) {
        const live = await liveCollection(call, alias);
        if (!live) throw gone(alias);
        const { aliases } = await call((client) => client.getAliases());
        const generation = Math.max(
          ...aliases.map(({ collection_name: each }) => Number(GENERATION.exec(each)?.[1] ?? 0)),
        );
        const made = collectionName(alias, live.shape.fingerprint, generation + 1);
        await createCollection(call, made, live.shape, options);
        await pointAlias(call, aliasOf('next'), made);
      }
      return at('next');
    },
    previous: async () =>
      (await ledTo(call, aliasOf('previous'))) === undefined ? undefined : at('previous'),
    switchTo: async (place) => {
      const [live, wanted] = [await ledTo(call, alias), await ledTo(call, aliasOf(place))];
      if (live === undefined || wanted === undefined) throw gone(aliasOf(place));
      if (live === wanted) return;
      const former = await ledTo(call, aliasOf('previous'));
      await pointAlias(call, aliasOf('previous'), live);
      await pointAlias(call, alias, wanted);
      if (place !== 'next') return;
      await removeAlias(call, aliasOf('next'));
      if (former !== undefined && former !== live && former !== wanted)
        await call((client) => client.deleteCollection(former));
    },
  };
}

function gone(name: string): AppError {
  return new AppError('STORE_DAMAGED', 'config', `the alias ${name} is gone`, {
    publicMessage: `There is no index "${name}". Make one first: fumi index rebuild.`,
  });
}
