import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runWorlds } from './worlds.ts';

it('[slack.worlds] shows nobody what they may not read, in random worlds of people, channels, shares and joins', async () => {
  const { leaks, violations, shared, sharedInOrganizations, previews, messages } = await runWorlds(45, {
    seed: 7,
  });
  assert.deepEqual(leaks, []);
  assert.deepEqual(violations, []);
  // Worlds in which nothing happens would prove nothing.
  assert.ok(sharedInOrganizations > 0, 'nothing was shared in an organization');
  assert.ok(
    shared > sharedInOrganizations && previews > 0 && messages > 40,
    `${shared} ${previews} ${messages}`,
  );
});
