// npm run qdrant:exchanges [-- --json] [--output file]: how many of the recorded exchanges the stand-in answers as the server
// did, refuses aloud, or answers otherwise, by operation; those of the index adapter apart from the rest, which includes its
// operations on collections made from a file. Each different one is named; --output keeps the figures.
import { parseArgs } from 'node:util';
import { figure, report, writeReport } from '@fumikura/evaluation';
import { hasRecordings } from './recordings.ts';
import { replay } from './replay.ts';
import type { Replayed } from './replay.ts';

interface Tally {
  same: number;
  'left out': number;
  different: number;
}

const empty = (): Tally => ({ same: 0, 'left out': 0, different: 0 });

function tally(replayed: readonly Replayed[]): Tally {
  const counts = empty();
  for (const { outcome } of replayed) counts[outcome]++;
  return counts;
}

function line(name: string, counts: Tally): string {
  const all = counts.same + counts['left out'] + counts.different;
  const share = ((counts.same / all) * 100).toFixed(1);
  return `${name.padEnd(58)} ${String(counts.same).padStart(5)} alike ${share.padStart(5)} %  ${String(counts['left out']).padStart(4)} refused  ${String(counts.different).padStart(3)} different`;
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, output: { type: 'string' } },
});
if (!hasRecordings) {
  process.stdout.write('skipped: no recordings beside the checkout\n');
  process.exit(0);
}
const replayed = replay();
const groups = Object.groupBy(replayed, ({ isOfTheAdapter }) => (isOfTheAdapter ? 'adapter' : 'rest'));
const different = replayed.filter(({ outcome }) => outcome === 'different');
const result = Object.entries(groups).map(([name, own]) => ({
  name,
  counts: tally(own),
  operations: Object.entries(Object.groupBy(own, ({ operation }) => operation))
    .map(([operation, each = []]) => ({ operation, counts: tally(each), reasons: reasons(each) }))
    .sort((a, b) => (a.operation < b.operation ? -1 : 1)),
}));
const figures = result.flatMap(({ name, counts }) => {
  const all = counts.same + counts['left out'] + counts.different;
  return [
    figure(`qdrant.exchanges.${name}`, all, 'exchanges', 'higher'),
    figure(
      `qdrant.exchanges.${name}.alike`,
      counts.same / all,
      '',
      'higher',
      name === 'adapter' ? 1 : undefined,
    ),
    figure(`qdrant.exchanges.${name}.refused`, counts['left out'], 'exchanges', 'lower'),
    figure(`qdrant.exchanges.${name}.different`, counts.different, 'exchanges', 'lower', 0),
  ];
});
if (values.output !== undefined) await writeReport(values.output, report(figures));
if (values.json)
  process.stdout.write(
    `${JSON.stringify({ figures, groups: result, different: different.map(({ scenario, place, detail }) => ({ scenario, place, detail })) })}\n`,
  );
else {
  const own = replayed.filter(({ scenario }) => /^(?:life|sem|refusals)-/.test(scenario));
  say(line('ALL', tally(replayed)));
  say(line('SCENARIOS RECORDED FOR THE ADAPTER', tally(own)));
  for (const { name, counts, operations } of result) {
    say(line(name === 'adapter' ? 'OPERATIONS OF THE ADAPTER' : 'THE REST', counts));
    for (const each of operations) {
      say(line(`  ${each.operation}`, each.counts));
      for (const [reason, count] of each.reasons) say(`      ${count} × ${reason}`);
    }
  }
  for (const { scenario, place, operation, detail } of different)
    say(`different: ${scenario} ${place} ${operation}: ${detail.slice(0, 160)}`);
}

/** Why exchanges were refused, the commonest first. */
function reasons(each: readonly Replayed[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { outcome, detail } of each)
    if (outcome === 'left out') counts.set(detail, (counts.get(detail) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
process.exitCode = figures.some(({ pass }) => pass === false) ? 1 : 0;
