import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONNECTOR_KINDS, setupOf } from '@fumikura/composition';
import { REMOTE_KINDS } from './set-up-program.ts';

describe('the command line', () => {
  it('offers every kind of source that there is a connector for, under its own title', () => {
    assert.deepEqual(['files', ...Object.keys(REMOTE_KINDS)].toSorted(), CONNECTOR_KINDS.toSorted());
    for (const [kind, title] of Object.entries(REMOTE_KINDS)) assert.equal(title, setupOf(kind).title);
  });
});
