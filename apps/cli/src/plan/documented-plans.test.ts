import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const PAGE = new URL('../../../../docs/scale.md', import.meta.url);
const PROGRAM = fileURLToPath(new URL('../../bin/fumi.mjs', import.meta.url));

/** Commands that stand right before what they print. */
const PRINTED = /^`fumi (?<command>plan [^`]+)`[^`]*prints:\n\n```\n(?<output>[^`]+)\n```$/gmu;

describe('plans that the page about scale shows', () => {
  const plans = [...readFileSync(PAGE, 'utf8').matchAll(PRINTED)];

  it('are there', () => assert.equal(plans.length, 2));

  for (const { groups: { command = '', output = '' } = {} } of plans)
    it(`are what the command prints: ${command}`, () => {
      const { stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...command.split(' ')], {
        encoding: 'utf8',
      });
      assert.equal(stdout.trimEnd(), output, stderr);
    });
});
