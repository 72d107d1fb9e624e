import { createHash } from 'node:crypto';
import { readGrant } from '@fumikura/ports';
import type { AccessFilter } from '@fumikura/ports';
import type { RankedQuery } from '../ranker.ts';

/** By the ids themselves: filters of one person's requests share them. */
const classes = new WeakMap<Uint32Array, string>();

/** Equal for callers who may read the same, whoever they are; undefined for a filter that access did not make. */
export function readerClass(access: AccessFilter): string | undefined {
  const grant = readGrant(access);
  if (!grant) return undefined;
  const known = classes.get(grant.aclIds);
  if (known !== undefined) return known;
  const made = createHash('sha256').update(grant.aclIds).digest('base64url');
  classes.set(grant.aclIds, made);
  return made;
}

/**
 * Equal for questions that are ranked alike: signs, width, blanks and the order of filters and of words do not count, nor
 * does anything of the text but its terms where no vector is made of it.
 */
export function rankingKey(
  { text, terms, filter = {}, conditions = {} }: RankedQuery,
  access: AccessFilter,
  hasVectors: boolean,
): string | undefined {
  const readers = readerClass(access);
  if (readers === undefined) return undefined;
  const wording = hasVectors ? text.normalize('NFKC').trim().replace(/\s+/gu, ' ') : text !== '';
  const question = JSON.stringify([readers, wording, sorted(terms), sorted(filter), sorted(conditions)]);
  return createHash('sha256').update(question).digest('base64url');
}

/** Every list in a query is a set. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => JSON.stringify(sorted(each))).toSorted();
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, sorted(each)]);
}
