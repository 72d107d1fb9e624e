import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';

describe('a judged collection of one’s own', () => {
  let home: Home;
  before(async () => {
    home = await createHome({
      'keys.md': '# Keys\n\nSigning keys are rotated each quarter.\n',
      'lunch.md': '# Lunch\n\nThe canteen opens at noon.\n',
    });
    await home.run(['sync']);
    await home.write('questions.txt', 'rotate signing keys\n\nwhen does the canteen open\n');
  });
  after(() => home.remove());

  it('is made of questions, judged in a sheet, and measured', async () => {
    const made = await home.json('eval', 'make', './judged', '--questions', 'questions.txt');
    assert.deepEqual([made['questions'], made['documents']], [2, 2]);
    const file = join(home.folder, 'judged', 'judge.tsv');
    assert.equal((await stat(join(home.folder, 'judged', 'corpus.jsonl'))).mode & 0o077, 0);
    const judged = (await readFile(file, 'utf8')).split('\n').map((line, at) => {
      const cells = line.split('\t');
      const isRight = cells[0] === '1' ? 'keys.md' : 'lunch.md';
      return at === 0 || cells.length < 3
        ? line
        : cells.with(2, cells[1]?.endsWith(isRight) ? '3' : '0').join('\t');
    });
    await home.write('judged/judge.tsv', judged.join('\n'));
    assert.deepEqual((await home.json('eval', 'make', './judged'))['without'], []);
    const { figures } = (await home.json('eval', './judged')) as { figures: { id: string; value: number }[] };
    assert.equal(figures.find(({ id }) => id === 'eval.judged.ndcg10')?.value, 1);
  });

  it('says what is missing where there is neither a sheet nor a question', async () => {
    const { code, stderr } = await home.run(['eval', 'make', './nothing']);
    assert.notEqual(code, 0);
    assert.match(stderr, /--questions <file>/);
  });
});
