// npm run bench:slack -- [--worlds 2000] [--mentions 200] [--seed 1] [--json] [--output <file>]: many people ask at once; and
// random worlds of people, channels, shares and joins, in which nobody may see what they may not read.
import { parseArgs } from 'node:util';
import type { DocumentId } from '@fumikura/model';
import { figure, renderFigures, report, writeReport } from '@fumikura/evaluation';
import type { SharedState } from '@fumikura/ports';
import { openState } from '../slack/open-state.ts';
import { MODES, openSetting, TEAM } from '../slack/setting.ts';
import type { Mode } from '../slack/setting.ts';
import { runWorlds } from '../slack/worlds.ts';

const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '2000' },
    mentions: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});

/** Everybody asks their own question in the same moment. */
async function burst(mode: Mode, count: number, state: SharedState) {
  const users = Array.from({ length: count }, (_, at) => `UASK${mode.toUpperCase()}${at}Z000`);
  const documents = [
    {
      id: 'test:wiki/d' as DocumentId,
      ...{ title: 'Keys', url: 'https://wiki.example/d', text: 'The keys lie in the safe.' },
      readers: new Set(users),
    },
  ];
  const setting = await openSetting(mode, { documents, state, speed: 60_000 });
  const { world, people, desk } = setting;
  try {
    for (const user of users) world.addUser(user, TEAM);
    const { botUser } = world.installation(TEAM);
    world.addChannel('C1A000001', TEAM, [...users, botUser], 'private');
    const sent = await Promise.all(
      users.map((user, at) => people.mention(user, 'C1A000001', `keys number ${at}`)),
    );
    await setting.settled();
    const answers = users.map((user) => world.messages.filter(({ onlyFor }) => onlyFor === user).length);
    const waits = sent.map(({ afterMs }) => afterMs).sort((one, other) => one - other);
    return {
      p99: waits[Math.ceil(waits.length * 0.99) - 1] ?? Infinity,
      worst: waits.at(-1) ?? Infinity,
      untaken: sent.filter(({ isAcknowledged, attempts }) => !isAcknowledged || attempts > 1).length,
      notOnce:
        answers.filter((each) => each !== 1).length +
        [...desk.asked.values()].filter((each) => each !== 1).length,
    };
  } finally {
    await setting.close();
  }
}

const opened = await openState();
const figures = [];
for (const mode of MODES) {
  const { p99, worst, untaken, notOnce } = await burst(mode, Number(values.mentions), opened.state);
  figures.push(
    figure(`slack.${mode}.ack.p99`, p99, 'ms', 'lower', 500),
    figure(`slack.${mode}.ack.worst`, worst, 'ms', 'lower', 3_000),
    figure(`slack.${mode}.ack.late`, untaken, 'mentions', 'lower', 0),
    figure(`slack.${mode}.not-once`, notOnce, 'mentions', 'lower', 0),
  );
}
const worlds = await runWorlds(Number(values.worlds), { seed: Number(values.seed) });
await opened.close();
for (const leak of worlds.leaks) process.stderr.write(`${leak}\n`);
figures.push(
  figure('slack.worlds', worlds.worlds, 'worlds', 'higher'),
  figure('slack.worlds.messages', worlds.messages, 'messages', 'higher', 1),
  figure('slack.worlds.shared', worlds.shared, 'messages', 'higher', 1),
  figure('slack.worlds.previews', worlds.previews, 'messages', 'higher', 1),
  figure('slack.worlds.leaks', worlds.leaks.length, 'words', 'lower', 0),
  figure('slack.worlds.violations', worlds.violations.length, 'calls', 'lower', 0),
);
const result = report(figures);
if (values.output !== undefined) await writeReport(values.output, result);
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${renderFigures(figures)}\n`);
process.exitCode = figures.some(({ pass }) => pass === false) ? 1 : 0;
