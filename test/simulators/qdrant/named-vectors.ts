import type { Collection } from './collection.ts';
import type { Json } from './payload.ts';
import { invalid, LeftOut, notFound } from './refusal.ts';

/** Vectors of a name that a collection gets later: points have none of it until they are written again. */
export function addVectors(
  collection: Collection,
  name: string,
  body: Readonly<Record<string, unknown>>,
): void {
  const { dense, sparse } = body as { dense?: { size?: number }; sparse?: object };
  const size = dense?.size;
  if (size !== undefined && (size < 1 || size > 65_536))
    throw invalid(`dense.size: value ${size} invalid, must be from 1 to 65536`);
  if (collection.dense.has(name) || collection.sparse.has(name))
    throw new LeftOut('a vector name that is there');
  if (!dense && !sparse) throw new LeftOut('vectors that are neither dense nor sparse');
  if (dense) collection.addDense(name, dense as Json);
  else collection.addSparse(name, sparse as Json);
  collection.operation += 2;
}

export function dropVectors(collection: Collection, name: string): void {
  if (!collection.dense.has(name) && !collection.sparse.has(name))
    throw notFound(`Not existing vector name error: ${name}`);
  collection.dropVectors(name);
  collection.operation += 2;
}
