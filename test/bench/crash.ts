// npm run crash -- [--kills 100]: a process writes documents and acknowledges each batch; it is killed (SIGKILL) at
// random moments. Afterwards every acknowledged document must be there whole, and the index must fit together.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { figure, renderFigures, report, writeReport } from '@fumikura/evaluation';
import { grantAccess } from '@fumikura/ports/grant';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { seeded } from './corpus.ts';
import { CHUNKS_PER_DOCUMENT, crashDocumentId } from './crash-writer.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const kills = Number(values.kills);
const folder = await mkdtemp(join(tmpdir(), 'fumi-crash-'));
const file = join(folder, 'crash.db');
const random = seeded(Date.now());
let acknowledged = 0;
let [lost, partial, damaged] = [0, 0, 0];
for (let kill = 0; kill < kills; kill++) {
  acknowledged = await writeUntilKilled(file, acknowledged, 150 + random() * 500);
  const found = await inspect(file, acknowledged);
  lost += found.lost;
  partial += found.partial;
  damaged += found.damaged;
}
await rm(folder, { recursive: true });
const figures = [
  figure('crash.kills', kills, 'kills', 'higher'),
  figure('crash.acknowledged', acknowledged, 'documents', 'higher', 1),
  figure('crash.lost', lost, 'documents', 'lower', 0),
  figure('crash.halfVisible', partial, 'documents', 'lower', 0),
  figure('crash.damaged', damaged, 'findings', 'lower', 0),
];
const result = report(figures);
if (values.output !== undefined) await writeReport(values.output, result);
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${renderFigures(figures)}\n`);
process.exitCode = figures.some(({ pass }) => pass === false) ? 1 : 0;

/** @returns how many documents were acknowledged in all */
async function writeUntilKilled(path: string, from: number, afterMs: number): Promise<number> {
  const writer = fileURLToPath(new URL('./crash-writer.ts', import.meta.url));
  const child = spawn(process.execPath, [writer, path, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = from;
  child.stdout.on('data', (part: Buffer) => {
    // Only whole lines count: a cut one was not acknowledged.
    for (const line of part.toString().split('\n').slice(0, -1)) last = Math.max(last, Number(line));
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await delay(afterMs);
  child.kill('SIGKILL');
  await ended;
  return last;
}

async function inspect(
  path: string,
  upTo: number,
): Promise<{ lost: number; partial: number; damaged: number }> {
  const store = await createSqliteStore({ file: path, inline: true });
  const access = grantAccess({
    caller: 'crash',
    principals: ['anyone'],
    aclIds: Uint32Array.of(1),
    version: '1',
    hash: 'crash',
  });
  const ids = Array.from({ length: upTo }, (_, index) => crashDocumentId(index));
  let [lost, partial] = [0, 0];
  for (let at = 0; at < ids.length; at += 500) {
    const part = ids.slice(at, at + 500);
    lost += part.length - (await store.catalog.readable(part, access)).length;
  }
  for (const id of ids.slice(-20))
    if ((await store.catalog.text(id, access))?.chunks.length !== CHUNKS_PER_DOCUMENT) partial++;
  const damaged = (await store.index.check(AbortSignal.timeout(60_000))).length;
  await store.close();
  return { lost, partial, damaged };
}
