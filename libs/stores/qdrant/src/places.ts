import { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';
import type { IndexPlaces } from '@fumikura/ports';
import { isSame } from './check-vectors.ts';
import { createCall } from './client.ts';
import { createQdrantIndex } from './qdrant-index.ts';
import type { QdrantIndexOptions } from './qdrant-index.ts';
import {
  allAliases,
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
  const open = (place: 'next' | 'previous') => createQdrantIndex({ ...options, name: aliasOf(place) });
  const at = async (place: 'next' | 'previous') =>
    (await ledTo(call, aliasOf(place))) === undefined ? undefined : open(place);
  return {
    next: async (fingerprint) => {
      const known = await liveCollection(call, aliasOf('next'));
      const isAsked = fingerprint === undefined || isSameModel(known?.shape.fingerprint, fingerprint);
      if (!known || !isAsked) {
        const live = await liveCollection(call, alias);
        if (!live) throw gone(alias);
        const shape = fingerprint ? { ...live.shape, fingerprint } : live.shape;
        const aliases = await allAliases(call);
        const generation = Math.max(
          ...aliases.map(({ collection_name: each }) => Number(GENERATION.exec(each)?.[1] ?? 0)),
        );
        const made = collectionName(alias, shape.fingerprint, generation + 1);
        await createCollection(call, made, shape, options);
        await pointAlias(call, aliasOf('next'), made);
        if (known) await call((client) => client.deleteCollection(known.name));
      }
      return open('next');
    },
    previous: () => at('previous'),
    at,
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

function isSameModel(a: Fingerprint | undefined, b: Fingerprint): boolean {
  return a !== undefined && isSame(a, b);
}

function gone(name: string): AppError {
  return new AppError('STORE_DAMAGED', 'config', `the alias ${name} is gone`, {
    publicMessage: `There is no index "${name}". Make one first: fumi index rebuild.`,
  });
}
