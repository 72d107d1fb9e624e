// npm run bench:sources -- [--only sharepoint,jira] [--parts readers,requests,pace,resume] [--worlds 20] [--items 20]
// [--requests 1000] [--pace 2000] [--kills 10] [--json] [--output file]: each simulated source through the real engine.
// readers: random worlds, every person × item against the source's own rules. requests: how many a sync takes. pace: how
// near a first sync comes to the limit that the source states. resume: kill -9 at random moments.
// words: of recorded pages, what is kept. Beside them, once,
// `--wide 50000`: what a space of so many items costs when a reader is lost, and what one bad item does; and
// `--revocations 10`: how soon what a webhook tells counts; `--large 50`: what one file of so many MB takes of memory.
import { parseArgs } from 'node:util';
import { renderFigures, report, writeReport } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { WORLDS } from '../sources/worlds.ts';
import type { SimulatedSource } from '../sources/worlds.ts';
import { measureEngine } from './sources/engine.ts';
import { measureLarge } from './sources/large.ts';
import { measurePace } from './sources/pace.ts';
import { measureReaders } from './sources/readers.ts';
import { measureBetween, measureRevocation } from './sources/revocation.ts';
import { measureRequests } from './sources/requests.ts';
import { measureResume } from './sources/resume.ts';
import { measureWords } from './sources/words.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(WORLDS).join(',') },
    parts: { type: 'string', default: 'readers,requests,words,pace,resume' },
    worlds: { type: 'string', default: '20' },
    items: { type: 'string', default: '20' },
    requests: { type: 'string', default: '1000' },
    pace: { type: 'string', default: '2000' },
    'per-second': { type: 'string', default: '20' },
    revocations: { type: 'string', default: '10' },
    wide: { type: 'string', default: '50000' },
    large: { type: 'string', default: '50' },
    kills: { type: 'string', default: '6' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const note = (text: string) => void process.stderr.write(`${text}\n`);

const PARTS: Readonly<Record<string, (name: string, source: SimulatedSource) => Promise<Figure[]>>> = {
  readers: (name, { make }) =>
    measureReaders(name, make, { worlds: Number(values.worlds), items: Number(values.items), note }),
  requests: (name, { make }) => measureRequests(name, make, Number(values.requests)),
  pace: (name, source) =>
    measurePace(name, source, { items: Number(values.pace), perSecond: Number(values['per-second']) }),
  words: async (name) => (name === 'confluence' ? measureWords() : []),
  resume: (name, source) => measureResume(name, source, { items: 300, kills: Number(values.kills) }),
};

const figures: Figure[] = [];
for (const name of listed(values.only, WORLDS))
  for (const part of listed(values.parts, PARTS)) {
    const source = WORLDS[name];
    note(`${name}: ${part}`);
    if (source) figures.push(...((await PARTS[part]?.(name, source)) ?? []));
  }
if (values.wide !== '0') figures.push(...(await measureEngine(Number(values.wide))));
if (values.large !== '0') figures.push(...(await measureLarge(Number(values.large))));
if (values.revocations !== '0') {
  note('revocation');
  figures.push(...(await measureRevocation(1_000, Number(values.revocations))));
  figures.push(...(await measureBetween(10_000)));
}
const result = report(figures);
if (values.output !== undefined) await writeReport(values.output, result);
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${renderFigures(figures)}\n`);
if (figures.some(({ pass }) => pass === false)) process.exitCode = 1;

function listed(text: string, of: Readonly<Record<string, unknown>>): string[] {
  const names = text.split(',');
  const unknown = names.filter((name) => !(name in of));
  if (unknown.length === 0) return names;
  throw new Error(`not known: ${unknown.join(', ')}; there are ${Object.keys(of).join(', ')}`);
}
