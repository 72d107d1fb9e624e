import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { citationsIn, findCitations, gateProblems } from './citations.ts';
import { REQUIREMENTS } from './requirements.ts';
import { SOURCES } from './sources.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('requirements', () => {
  it('are each proved by a test, and no test cites what is none', async () => {
    const citations = await findCitations(root);
    assert.ok(citations.length >= REQUIREMENTS.length);
    assert.deepEqual(
      gateProblems(
        REQUIREMENTS.map(({ id }) => id),
        citations,
      ),
      [],
    );
  });

  it('come from a section that is there, and are sentences', async () => {
    for (const [file, section] of Object.values(SOURCES)) {
      const headings = (await readFile(join(root, file), 'utf8'))
        .split('\n')
        .filter((line) => line.startsWith('#'));
      assert.ok(
        headings.some((line) => line.replace(/^#+ /u, '') === section),
        `${file} has no section "${section}"`,
      );
    }
    for (const { id, sentence } of REQUIREMENTS) assert.match(sentence, /^[A-Z].+\.$/u, id);
  });
});

describe('the gate', () => {
  const citations = citationsIn("it('[a.one] [a.two] does'); const x = list[a.three];", 'x.test.ts');

  it('reads ids in front of names, and nothing else', () => {
    assert.deepEqual(
      citations.map(({ id }) => id),
      ['a.one', 'a.two'],
    );
  });

  it('fails on what is not cited, not known, or there twice', () => {
    assert.deepEqual(gateProblems(['a.one', 'a.two'], citations), []);
    assert.deepEqual(gateProblems(['a.one', 'a.two', 'a.two', 'b.one'], citations), [
      'a.two stands twice among the requirements',
      'b.one is proved by no test',
    ]);
    assert.deepEqual(gateProblems(['a.one'], citations), ['x.test.ts cites a.two, which is no requirement']);
  });
});
