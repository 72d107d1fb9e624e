import assert from 'node:assert/strict';
import { it } from 'node:test';
import { measureLarge } from '../bench/sources/large.ts';

it('[sync.large] a file of 50 MB takes no more memory than its reader needs, and is read', async () => {
  const figures = new Map((await measureLarge(50)).map(({ id, value }) => [id, value]));
  assert.equal(figures.get('sources.large.written'), 2);
  // Held in memory on its way, too, it takes more than five times its size.
  assert.ok((figures.get('sources.large.memory') ?? 9) < 3.5, JSON.stringify([...figures]));
});
