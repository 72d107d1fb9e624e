import type { AccessFilter, Catalog, FilterField } from '@fumikura/ports';
import { ALICE, allowList, BOB } from '../builders.ts';

/** Alice reads what both may read and what is hers alone, Bob the first. */
export const LISTS = [allowList('all', ALICE, BOB), allowList('hers', ALICE)];
export const ALL = { allow: ['all'] };
export const HERS = { allow: ['hers'] };

export const idsOf = async (catalog: Catalog, ids: readonly string[], access: AccessFilter) =>
  (await catalog.readable(ids, access)).map(({ id }) => id);

export const valuesOf = async (catalog: Catalog, field: FilterField, access: AccessFilter, limit = 100) =>
  (await catalog.fieldValues(field, access, limit)).map(({ value, documents }) => `${value} ${documents}`);
