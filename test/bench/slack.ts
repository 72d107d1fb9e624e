// npm run bench:slack -- [--only ack,kills,events,rendered,worlds] [--worlds 2000] [--mentions 200] [--kills 20] [--events 200]
// [--seed 1] [--json] [--output <file>]: many people ask at once; processes are killed while they answer; deliveries come
// as they should not; every document of the evaluation is rendered; and random worlds of people, channels, shares and
// joins, in which nobody may see what they may not read.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figure, renderFigures, report, writeReport } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { runBareBurst, runBurst } from '../slack/burst.ts';
import { runEvents } from '../slack/events.ts';
import { runKills } from '../slack/kills.ts';
import { runRendered } from '../slack/rendered.ts';
import { MODES } from '../slack/setting.ts';
import { runWorlds } from '../slack/worlds.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    worlds: { type: 'string', default: '2000' },
    mentions: { type: 'string', default: '200' },
    kills: { type: 'string', default: '20' },
    events: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const seed = Number(values.seed);
const note = (lines: readonly string[]) => lines.forEach((line) => process.stderr.write(`${line}\n`));

async function acknowledgements(): Promise<Figure[]> {
  const figures = [];
  for (const mode of MODES) {
    const { p99, worst, late, notOnce } = await runBurst(mode, Number(values.mentions));
    figures.push(
      figure(`slack.${mode}.ack.p99`, p99, 'ms', 'lower', 500),
      figure(`slack.${mode}.ack.worst`, worst, 'ms', 'lower', 3_000),
      figure(`slack.${mode}.ack.late`, late, 'mentions', 'lower', 0),
      figure(`slack.${mode}.not-once`, notOnce, 'mentions', 'lower', 0),
    );
  }
  figures.push(figure('slack.http.ack.bare.p99', await runBareBurst(Number(values.mentions)), 'ms', 'lower'));
  return figures;
}

async function kills(): Promise<Figure[]> {
  const total = { kills: 0, answered: 0, reported: 0, twice: 0, lost: 0 };
  for (const [at, mode] of MODES.entries()) {
    const folder = await mkdtemp(join(tmpdir(), 'fumi-kills-'));
    const state = { kind: 'sqlite', file: join(folder, 'fumi.db') } as const;
    const wanted = Math.ceil(Number(values.kills) / MODES.length);
    const { wrong, ...seen } = await runKills(wanted, { mode, seed: seed * 10 + at, state });
    await rm(folder, { recursive: true });
    note(wrong);
    for (const fact of ['kills', 'answered', 'reported', 'twice', 'lost'] as const) total[fact] += seen[fact];
  }
  return [
    figure('slack.kills', total.kills, 'kills', 'higher', Number(values.kills)),
    figure('slack.kills.answered', total.answered, 'questions', 'higher'),
    figure('slack.kills.reported', total.reported, 'questions', 'lower'),
    figure('slack.kills.twice', total.twice, 'questions', 'lower', 0),
    figure('slack.kills.lost', total.lost, 'questions', 'lower', 0),
  ];
}

async function events(): Promise<Figure[]> {
  const figures = [];
  for (const mode of MODES) {
    const { wrong, ...counts } = await runEvents(mode, { count: Number(values.events), seed });
    note(wrong);
    for (const [kind, count] of Object.entries(counts))
      figures.push(figure(`slack.events.${mode}.${kind}`, count, 'questions', 'higher', 1));
    figures.push(figure(`slack.events.${mode}.wrong`, wrong.length, 'questions', 'lower', 0));
  }
  return figures;
}

async function rendered(): Promise<Figure[]> {
  const { documents, messages, violations } = await runRendered();
  note(violations.slice(0, 20));
  return [
    figure('slack.rendered', documents, 'documents', 'higher', 1),
    figure('slack.rendered.messages', messages, 'messages', 'higher', 1),
    figure('slack.rendered.violations', violations.length, 'messages', 'lower', 0),
  ];
}

async function worlds(): Promise<Figure[]> {
  const seen = await runWorlds(Number(values.worlds), { seed });
  note([...seen.leaks, ...seen.violations.slice(0, 20)]);
  return [
    figure('slack.worlds', seen.worlds, 'worlds', 'higher'),
    figure('slack.worlds.organizations', seen.organizations, 'worlds', 'higher'),
    figure('slack.worlds.organizations.shared', seen.sharedInOrganizations, 'messages', 'higher', 1),
    figure('slack.worlds.messages', seen.messages, 'messages', 'higher', 1),
    figure('slack.worlds.shared', seen.shared, 'messages', 'higher', 1),
    figure('slack.worlds.previews', seen.previews, 'messages', 'higher', 1),
    figure('slack.worlds.leaks', seen.leaks.length, 'words', 'lower', 0),
    figure('slack.worlds.violations', seen.violations.length, 'calls', 'lower', 0),
  ];
}

const PARTS = { ack: acknowledgements, kills, events, rendered, worlds };
const wanted = values.only?.split(',') ?? Object.keys(PARTS);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0) throw new Error(`--only ${unknown.join()}: one of ${Object.keys(PARTS).join()}`);
const figures: Figure[] = [];
let result = report(figures);
for (const [name, measure] of Object.entries(PARTS)) {
  if (!wanted.includes(name)) continue;
  figures.push(...(await measure()));
  result = report(figures);
  // After each part: a run that is ended leaves what it has measured.
  if (values.output !== undefined) await writeReport(values.output, result);
}
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${renderFigures(figures)}\n`);
process.exitCode = figures.some(({ pass }) => pass === false) ? 1 : 0;
