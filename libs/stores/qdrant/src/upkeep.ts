import type { DocumentId } from '@fumikura/model';
import type { IndexedVersion, IndexStats } from '@fumikura/ports';
import { TOKENISER_VERSION } from '@fumikura/text';
import type { Call } from './client.ts';
import { among, equals } from './filter.ts';
import type { Condition } from './filter.ts';
import { countPoints, heldVersions, joined } from './held-versions.ts';
import type { LiveCollection } from './schema.ts';

/** @param collisions of terms, as this process met them */
export async function statsOf(
  call: Call,
  { name, shape: { fingerprint } }: LiveCollection,
  collisions: number,
): Promise<IndexStats> {
  const count = (must: readonly Condition[]) => countPoints(call, name, must);
  const [documents, chunks] = await Promise.all([count([equals('ord', 0)]), count([])]);
  return {
    documents,
    chunks,
    deadSlots: 0,
    pendingChunks: 0,
    collisions,
    tokeniserVersion: TOKENISER_VERSION,
    icuVersion: process.versions['icu'] ?? '',
    ...(fingerprint && { fingerprint }),
  };
}

/** Every version of these documents that a collection holds. */
export async function heldOf(
  call: Call,
  { name }: LiveCollection,
  ids: readonly DocumentId[],
): Promise<readonly IndexedVersion[]> {
  const condition = among('doc', ids);
  if (!condition) return [];
  const { signal } = new AbortController();
  const parts: IndexedVersion[] = [];
  for await (const page of heldVersions(call, name, [condition], signal)) parts.push(...page);
  return joined(parts);
}
