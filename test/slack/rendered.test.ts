import assert from 'node:assert/strict';
import { it } from 'node:test';
import { evalMissing, runRendered } from './rendered.ts';

it(
  '[slack.rendered] real documents stay within the limits of Slack, in every kind of message',
  { skip: evalMissing },
  async () => {
    const { documents, messages, violations } = await runRendered(40);
    assert.deepEqual(violations.slice(0, 5), []);
    assert.ok(documents > 800 && messages > 1_000, `${documents} ${messages}`);
  },
);
