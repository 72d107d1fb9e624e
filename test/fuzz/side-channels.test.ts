import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openTwin, PROBES, READER, WORD_PROBES } from './twins.ts';
import type { Twin } from './twins.ts';

/**
 * Cursors are sealed anew each time: that there is one counts, and how long it is. The order of hits follows word statistics of
 * the whole collection (docs/security/README.md says so): which hits there are counts, and everything said of each.
 */
function comparable(answer: string): string {
  const sealed = answer.replaceAll(/(nextCursor\\?":\\?")([\w-]+)/gu, (_all, key: string, cursor: string) => {
    return `${key}${cursor.length} characters`;
  });
  return sealed.includes('"results":') ? JSON.stringify(sorted(JSON.parse(bodyOf(sealed)))) : sealed;
}

function bodyOf(answer: string): string {
  return /^data: (.*)$/mu.exec(answer)?.[1] ?? answer;
}

/** Results in one order; the text that repeats them in the same way. */
function sorted(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith('{')) return sorted(JSON.parse(value));
  if (Array.isArray(value)) {
    const items = value.map(sorted);
    return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, sorted(each)]));
}

describe('two installations that differ by hidden documents alone', () => {
  let folder: string;
  let [without, withHidden] = [undefined, undefined] as unknown as [Twin, Twin];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-twins-'));
    await Promise.all(['a', 'b'].map((name) => mkdir(join(folder, name))));
    without = await openTwin({ folder: join(folder, 'a'), open: 20, hidden: 0 });
    withHidden = await openTwin({ folder: join(folder, 'b'), open: 20, hidden: 40 });
  });
  after(async () => {
    await Promise.all([without.close(), withHidden.close()]);
    await rm(folder, { recursive: true });
  });

  for (const [surface, probes] of Map.groupBy(PROBES, (probe) => probe.surface))
    it(`[access.side-channels] answer alike, first and from their caches: ${surface}`, async () => {
      for (const { method, params, tools } of probes)
        // The second time what was computed for the first answer is used again.
        for (const time of ['first', 'again']) {
          const answers = await Promise.all(
            [without, withHidden].map((twin) => twin.ask(READER, method, params, tools)),
          );
          const [plain, hiding] = answers.map(comparable);
          assert.equal(hiding, plain, `${method} ${JSON.stringify(params)} ${time}`);
        }
    });

  it('[access.side-channels] say something of what is open, so that alike is not empty', async () => {
    const answer = await withHidden.ask(READER, 'tools/call', {
      name: 'search_knowledge',
      arguments: { query: 'printers', limit: 25 },
    });
    assert.match(answer, /guide19/u);
  });
});

describe('two installations whose hidden documents differ by one word', () => {
  let folder: string;
  let twins: readonly Twin[];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-words-'));
    twins = await Promise.all(
      ['layoffs', 'zeppelins'].map(async (hiddenWord) => {
        await mkdir(join(folder, hiddenWord));
        return openTwin({ folder: join(folder, hiddenWord), open: 20, hidden: 40, hiddenWord });
      }),
    );
  });
  after(async () => {
    await Promise.all(twins.map((twin) => twin.close()));
    await rm(folder, { recursive: true });
  });

  for (const { surface, method, params, tools } of WORD_PROBES)
    it(`[access.side-channels] answer a question with it alike, to the last digit: ${surface} ${JSON.stringify(params)}`, async () => {
      const answers = await Promise.all(twins.map((twin) => twin.ask(READER, method, params, tools)));
      const [one, other] = answers.map(comparable);
      assert.equal(one, other);
      assert.doesNotMatch(one ?? '', /zeppelins|Merger/u);
    });
});
