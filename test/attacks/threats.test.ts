import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { REQUIREMENTS } from '../requirements/requirements.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Threat {
  readonly flow: string;
  readonly kind: string;
  readonly text: string;
  readonly measure: string;
  readonly tests: readonly string[];
}

/** Rows of the tables below each heading, and what stands in code marks in their last column. */
function threatsIn(page: string): Threat[] {
  const threats: Threat[] = [];
  let flow = '';
  for (const line of page.split('\n')) {
    if (line.startsWith('## ')) flow = line.slice(3);
    const cells = line.split('|').map((cell) => cell.trim());
    const [, threat = '', measure = '', tests = ''] = cells;
    const [, kind, text] = /^([STRIDE]) (.+)$/u.exec(threat) ?? [];
    if (cells.length !== 5 || kind === undefined || text === undefined) continue;
    threats.push({
      flow,
      kind,
      text,
      measure,
      tests: [...tests.matchAll(/`([^`]+)`/gu)].map(([, id = '']) => id),
    });
  }
  return threats;
}

describe('the threat model', async () => {
  const page = await readFile(join(root, 'docs/security/README.md'), 'utf8');
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const threats = threatsIn(page);
  const known = new Set(REQUIREMENTS.map(({ id }) => id));

  it('[attack.model] names for each threat what stops it, and tests that there are', () => {
    for (const { flow, text, measure, tests } of threats) {
      assert.ok(measure.length > 3, `${flow}: ${text}: nothing stops it`);
      assert.ok(tests.length > 0, `${flow}: ${text}: no test`);
      for (const test of tests) {
        const script = /^npm run ([\w:]+)/u.exec(test)?.[1];
        assert.ok(script ? script in scripts : known.has(test), `${flow}: ${text}: there is no ${test}`);
      }
    }
  });

  it('[attack.model] looks at every data flow by more than one letter, and leaves none of the six out', () => {
    const flows = Map.groupBy(threats, ({ flow }) => flow);
    assert.ok(flows.size >= 6 && threats.length >= 40, `${threats.length} threats of ${flows.size} flows`);
    for (const [flow, own] of flows) assert.ok(new Set(own.map(({ kind }) => kind)).size >= 2, flow);
    assert.deepEqual([...new Set(threats.map(({ kind }) => kind))].sort(), [...'DEIRST']);
  });

  it('[attack.model] has every attack of the suite in it', () => {
    const named = new Set(threats.flatMap(({ tests }) => tests));
    const attacks = [...known].filter((id) => id.startsWith('attack.') && id !== 'attack.model');
    assert.deepEqual(
      attacks.filter((id) => !named.has(id)),
      [],
    );
  });

  for (const name of ['proof', 'limits', 'questionnaire'])
    it(`[attack.model] names a test for each sentence of ${name}.md, or says that there is none`, async () => {
      const text = await readFile(join(root, `docs/security/${name}.md`), 'utf8');
      const rows = text.split('\n').filter((line) => /^\| (?!-+ \|)/u.test(line));
      const last = rows.map((row) => row.split('|').at(-2)?.trim() ?? '').filter((cell) => cell !== 'tests');
      assert.ok(last.length >= 15, `${last.length} rows`);
      for (const cell of last) {
        const tests = [...cell.matchAll(/`([^`]+)`/gu)].map(([, id = '']) => id);
        assert.ok(tests.length > 0 || cell.startsWith('none'), `no test: ${cell}`);
        for (const test of tests) {
          const script = /^npm run ([\w:]+)/u.exec(test)?.[1];
          assert.ok(script ? script in scripts : known.has(test), `${name}.md: there is no ${test}`);
        }
      }
    });
});
