import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CATALOG, DEMAND, EMBEDDED, EMBEDDING, INDEX, SERVER } from './constants.ts';
import { at, embeddedMemory, indexDisk, indexMemory, indexSearchMs, planFor } from './model.ts';
import { quantity } from './quantity.ts';

const RESULTS = new URL('../../../../test/results/', import.meta.url);
const SIZES = { '10k': 10_000, '100k': 100_000, '500k': 500_000, '1m': 1_000_000 };

/** The value of a figure in a result file. */
function figure(file: string, id: string): number {
  const { figures } = JSON.parse(readFileSync(new URL(file, RESULTS), 'utf8')) as {
    figures: { id: string; value: number }[];
  };
  const found = figures.find((each) => each.id === id);
  assert.ok(found, id);
  return found.value;
}

function near(modelled: number, measured: number, within: number, what: string): void {
  const error = Math.abs(modelled / measured - 1);
  assert.ok(
    error <= within,
    `${what}: ${modelled} against ${measured}, off by ${(error * 100).toFixed(1)} %`,
  );
}

describe('what one process is modelled with', () => {
  const measured = (id: string) => figure('bench-search.json', id);
  for (const [name, chunks] of Object.entries(SIZES)) {
    it(`reproduces ${name} chunks: disk within 5 %, memory within 12 %, time within 20 %`, () => {
      near(at(EMBEDDED.diskBytes, chunks) / chunks, measured(`index.${name}.bytesPerChunk`), 0.05, 'disk');
      near(embeddedMemory(chunks) / 1e6, measured(`index.${name}.anonymousRss`), 0.12, 'memory');
      near(at(EMBEDDED.searchP50Ms, chunks), measured(`search.hybrid.p50.${name}.sel100pct`), 0.2, 'median');
      near(at(EMBEDDED.searchP95Ms, chunks), measured(`search.hybrid.p95.${name}.sel100pct`), 0.2, 'p95');
    });
  }

  it('takes the rates that were measured', () => {
    near(EMBEDDED.loadChunksPerSecond.value, measured('index.bulk.1m.chunksPerSecond'), 0.01, 'load');
    const spent = (name: string) => figure('load.json', `load.cpu.${name}`);
    near(SERVER.requestCpuMs.value, spent('server-1') + spent('server-2'), 0.05, 'servers');
    near(SERVER.catalogCpuMs.value, spent('catalog'), 0.05, 'catalog');
  });
});

describe('what the index server is modelled with', () => {
  it('reproduces memory and disk of 500,000 chunks of 384 dimensions: memory within 13 %, disk within 5 %', () => {
    for (const measured of [1.2e9, 1.5e9]) near(indexMemory(500_000, 384), measured, 0.13, 'memory');
    near(indexDisk(500_000, 384), 2.2e9, 0.05, 'disk');
  });

  it('reproduces a search without a filter at 100,000 and 500,000 within 5 %', () => {
    near(at(INDEX.searchP50Ms, 100_000), 2.4, 0.05, '100k');
    near(at(INDEX.searchP50Ms, 500_000), 4.0, 0.05, '500k');
  });

  it('reproduces lists of 200 to 99,900 reader ids at 500,000 chunks within 25 %', () => {
    const measured = { 200: 4.1, 2_000: 7.3, 20_000: 20, 50_000: 47, 80_000: 72, 90_000: 76, 99_900: 98 };
    for (const [ids, ms] of Object.entries(measured))
      near(indexSearchMs(500_000, Number(ids)), ms, 0.25, ids);
  });
});

describe('a plan', () => {
  const input = {
    documents: 5_000_000,
    people: 20_000,
    chunksPerDocument: 5,
    embedder: 'openai',
    dimension: 1_536,
    pricePerMillionTokens: 0.02,
    questionsPerPersonAndDay: 5,
    readerSets: 2_000,
  } as const;

  it('names one process for a department and servers beyond what was measured', () => {
    assert.equal(planFor({ ...input, documents: 100_000, people: 500 }).layout, 'one-process');
    assert.equal(planFor({ ...input, documents: 200_001, people: 500 }).layout, 'servers');
    const many = planFor({ ...input, documents: 100_000, people: 2_000_000 });
    assert.equal(many.layout, 'servers');
    assert.match(many.reasons.join(), /cores at the peak/);
  });

  it('counts what embedding costs', () => {
    const { embedding } = planFor(input);
    assert.equal(embedding.tokens, 25_000_000 * 237);
    assert.ok(Math.abs(embedding.usd - 118.5) < 0.01);
    const local = planFor({ ...input, documents: 1_000, embedder: 'local-wasm' }).embedding;
    assert.equal(Math.round(local.coreHours * 3_600), Math.round(5_000 / 7));
    assert.equal(planFor({ ...input, embedder: 'none' }).embedding.tokens, 0);
  });

  it('never plans less for more', () => {
    let before = planFor({ ...input, documents: 300_000 });
    for (const documents of [1e6, 5e6, 2e7, 1e8]) {
      const plan = planFor({ ...input, documents });
      for (const [place, part] of plan.parts.entries())
        for (const key of ['count', 'cores', 'memoryBytes', 'diskBytes'] as const)
          assert.ok(part[key] >= (before.parts[place]?.[key] ?? 0), `${part.name} ${key} at ${documents}`);
      before = plan;
    }
  });

  it('says of every constant where it comes from', () => {
    const all = [EMBEDDED, INDEX, CATALOG, EMBEDDING, DEMAND, SERVER].flatMap((each) => Object.values(each));
    assert.ok(all.length > 25);
    for (const { from, kind } of all) {
      assert.notEqual(from, '');
      const file = /test\/results\/([\w-]+\.json)/.exec(from)?.[1];
      if (kind === 'measured' && file) readFileSync(new URL(file, RESULTS));
    }
  });

  it('reads 20k and 5M', () => {
    assert.deepEqual(['800', '20k', '1.5M'].map(quantity), [800, 20_000, 1_500_000]);
    for (const wrong of ['', '0', '-1', '5 M', '1e6', '1T', '9999G'])
      assert.throws(() => quantity(wrong), wrong);
  });
});
