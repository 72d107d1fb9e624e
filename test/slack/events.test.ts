import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runEvents } from './events.ts';
import { MODES } from './setting.ts';

for (const mode of MODES)
  it(`[slack.once] duplicate, reordered, replayed and forged deliveries, by ${mode}`, async () => {
    const { wrong, ...counts } = await runEvents(mode, { count: 40, seed: 5 });
    assert.deepEqual(wrong, []);
    // Of each kind some, or nothing was proved of it.
    for (const [kind, count] of Object.entries(counts)) assert.ok(count > 2, `${kind}: ${count}`);
  });
