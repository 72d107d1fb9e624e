// npm run crash:audit -- [--kills 100] [--json] [--output file]: a process that records as fast as it can is killed again and again;
// every record that it was told is written has to be there, and the chains have to verify.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { readAudit, verifyAudit } from '@fumikura/audit';
import { figure, renderFigures, report, writeReport } from '@fumikura/evaluation';
import { seeded } from '@fumikura/testkit';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const program = fileURLToPath(new URL('../../libs/audit/src/testing/audit-process.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'fumi-audit-crash-'));
const random = seeded(5);
const confirmed: string[] = [];
try {
  for (let round = 0; round < Number(values.kills); round++) confirmed.push(...(await killedRound(round)));
  const stored = new Set<string | undefined>();
  for await (const { object } of readAudit(folder)) stored.add(object);
  const lost = confirmed.filter((name) => !stored.has(name));
  const { problems, notices } = await verifyAudit({ folder });
  const figures = [
    figure('audit.crash.kills', Number(values.kills), 'kills', 'higher', 100),
    figure('audit.crash.confirmed', confirmed.length, 'records', 'higher'),
    figure('audit.crash.lost', lost.length, 'records', 'lower', 0),
    figure('audit.crash.problems', problems.length, 'problems', 'lower', 0),
    figure('audit.crash.torn', notices.length, 'lines', 'lower'),
  ];
  if (values.output !== undefined) await writeReport(values.output, report(figures));
  process.stdout.write(
    values.json ? `${JSON.stringify({ figures, problems })}\n` : `${renderFigures(figures)}\n`,
  );
  if (lost.length > 0 || problems.length > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}

/** @returns what the process was told is written before it was killed, at a moment by chance */
async function killedRound(round: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, folder, `round${round}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const after = Math.floor(random() * 20_000);
  let said = '';
  child.stdout.on('data', (part: Buffer) => {
    said += part.toString();
    if (said.length > after) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return said.split('\n').slice(0, -1);
}
