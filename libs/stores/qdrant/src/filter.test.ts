import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readGrant } from '@fumikura/ports';
import { testAccess } from '@fumikura/testkit';
import { admitting, among, anyOf } from './filter.ts';
import type { Filter } from './filter.ts';

describe('filters of Qdrant', () => {
  it('cannot be written down empty, which would mean every point', () => {
    // @ts-expect-error without a condition
    const none: Filter = {};
    // @ts-expect-error an empty list of conditions
    const empty: Filter = { must: [] };
    // @ts-expect-error alternatives without one
    const alternatives: Filter = { must: [{ should: [] }] };
    assert.equal([none, empty, alternatives].length, 3);
    assert.deepEqual([among('doc', []), anyOf([])], [undefined, undefined]);
  });

  it('[access.nobody] ask nothing for a caller without rights', () => {
    const grant = readGrant(testAccess([])) ?? assert.fail();
    assert.equal(admitting(grant), undefined);
  });
});
