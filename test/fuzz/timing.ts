// npm run fuzz:timing -- [--rounds 1500] [--seed 1] [--json] [--output file]: asks for what is hidden and for what was never there,
// in random order, and compares how long each takes. Prints, by surface, how often somebody who may time one answer each would
// tell the hidden one (50 % is guessing) and by how much the medians differ. Ends with 1 when a bound is missed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figure, renderFigures, report, writeReport } from '@fumikura/evaluation';
import { seeded } from '@fumikura/testkit';
import { differenceOf } from './difference.ts';
import type { Question } from './questions.ts';
import { hiddenId, openTwin, READER } from './twins.ts';
import type { Twin } from './twins.ts';

/** Above half, in percentage points, at the upper end of a 99 % interval; and microseconds between the medians. */
const MOST_ADVANTAGE = 10;
const MOST_DIFFERENCE_US = 100;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1500' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const OPEN = 400;
const HIDDEN = 400;
const WARM_UP = 200;

const tool = (name: string, args: object) => ({ method: 'tools/call', params: { name, arguments: args } });
/** Of the same length as a hidden one, and none. */
const absentId = (at: number) => hiddenId(at).replace('plan', 'plxn');

type Pair = readonly [hidden: Omit<Question, 'surface'>, absent: Omit<Question, 'surface'>];
const ofIds = (ask: (id: string) => Omit<Question, 'surface'>) => (at: number) =>
  [ask(hiddenId(at)), ask(absentId(at))] as Pair;
const search = (args: object) => tool('search_knowledge', { query: 'printers', limit: 5, ...args });

const SURFACES: Readonly<Record<string, (at: number) => Pair>> = {
  get: ofIds((id) => tool('get_document', { id })),
  section: ofIds((id) => tool('get_document', { id, section: 'Report' })),
  fetch: ofIds((id) => ({ ...tool('fetch', { id }), tools: 'openai' })),
  resource: ofIds((id) => ({
    method: 'resources/read',
    params: { uri: `fumi://doc/${encodeURIComponent(id)}` },
  })),
  completion: ofIds((id) => ({
    method: 'completion/complete',
    params: { ref: { type: 'ref/resource', uri: 'fumi://doc/{id}' }, argument: { name: 'id', value: id } },
  })),
  word: (at) => [search({ query: `merger${at}` }), search({ query: `mexger${at}` })],
  words: (at) => [search({ query: `printers merger${at}` }), search({ query: `printers mexger${at}` })],
  label: (at) => [search({ labels: [`floorz${at % 9}`] }), search({ labels: [`floorx${at % 9}`] })],
  author: (at) => [search({ author: [`Robina ${at % 3}`] }), search({ author: [`Robinx ${at % 3}`] })],
};

/** Microseconds of each kind; the two are asked one after the other, which first by chance. */
async function measure(twin: Twin, pairOf: (at: number) => Pair, rounds: number, random: () => number) {
  const [hidden, absent]: [number[], number[]] = [[], []];
  const ask = async (question: Pair[number], into: number[]) => {
    const started = performance.now();
    await twin.ask(READER, question.method, question.params, question.tools);
    into.push((performance.now() - started) * 1_000);
  };
  for (let round = 0; round < rounds + WARM_UP; round++) {
    const [theirs, nobodys] = pairOf(Math.floor(random() * HIDDEN));
    const isHiddenFirst = random() < 0.5;
    if (isHiddenFirst) await ask(theirs, hidden);
    await ask(nobodys, absent);
    if (!isHiddenFirst) await ask(theirs, hidden);
  }
  return { hidden: hidden.slice(WARM_UP), absent: absent.slice(WARM_UP) };
}

const folder = await mkdtemp(join(tmpdir(), 'fumi-timing-'));
const random = seeded(Number(values.seed));
const twin = await openTwin({ folder, open: OPEN, hidden: HIDDEN });
const figures = [];
for (const [surface, pairOf] of Object.entries(SURFACES)) {
  const { hidden, absent } = await measure(twin, pairOf, Number(values.rounds), random);
  const { advantage, upperAdvantage, medianDifference } = differenceOf(hidden, absent);
  figures.push(
    figure(`access.timing.${surface}.advantage`, advantage * 100, 'points', 'lower'),
    figure(
      `access.timing.${surface}.advantage.upper`,
      upperAdvantage * 100,
      'points',
      'lower',
      MOST_ADVANTAGE,
    ),
    figure(`access.timing.${surface}.medians`, medianDifference, 'µs', 'lower', MOST_DIFFERENCE_US),
  );
}
await twin.close();
await rm(folder, { recursive: true });
if (values.output !== undefined) await writeReport(values.output, report(figures));
process.stdout.write(values.json ? `${JSON.stringify(report(figures))}\n` : `${renderFigures(figures)}\n`);
if (figures.some(({ pass }) => pass === false)) process.exitCode = 1;
