import assert from 'node:assert/strict';
import { it } from 'node:test';
import { MODES } from './setting.ts';
import { pageWith, transcript } from './transcript.ts';

for (const mode of MODES)
  it(`[slack.installed] talks, by ${mode}, as docs/slack.md shows it`, async () => {
    const { now, wanted } = await pageWith(await transcript(mode));
    const [lines, told] = [now.split('\n'), wanted.split('\n')];
    const at = told.findIndex((line, index) => line !== lines[index]);
    const hint = 'after a change of the words: node test/slack/transcript.ts --write';
    assert.deepEqual([at < 0 ? [] : lines[at], lines.length], [at < 0 ? [] : told[at], told.length], hint);
  });
