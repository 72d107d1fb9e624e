import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuditTrail, verifyAudit } from '@fumikura/audit';
import { figure, percentile } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { silentLogger } from '@fumikura/logging';

const RECORDS = 100_000;
/** Answers that wait for their record at the same time. */
const LANES = 64;
const SINGLE = 500;

/** Searches of five hits each, recorded by one process with the durability that answers get. */
export async function auditBench(parent: string, note: (text: string) => void): Promise<Figure[]> {
  note(`audit: ${RECORDS} records, ${LANES} waiting at once`);
  const folder = join(parent, 'audit');
  const trail = createAuditTrail({ folder, logger: silentLogger, queryText: 'keep', keepDays: 0 });
  const record = (lane: number, count: number) =>
    trail.record({
      action: 'search',
      via: 'search_knowledge',
      outcome: 'done',
      actor: { issuer: 'https://login.example', subject: `person${lane}` },
      client: { channel: 'http', address: '192.0.2.7', name: 'assistant' },
      query: `how do we rotate the secrets of system ${count}`,
      shown: Array.from({ length: 5 }, (_, rank) => `files:handbook/security/page-${count * 5 + rank}.md`),
    });
  const started = performance.now();
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      for (let count = 0; count < RECORDS / LANES; count++) await record(lane, count);
    }),
  );
  const perSecond = Math.round((Math.ceil(RECORDS / LANES) * LANES * 1_000) / (performance.now() - started));
  const single: number[] = [];
  for (let count = 0; count < SINGLE; count++) {
    const before = performance.now();
    await record(0, count);
    single.push(performance.now() - before);
  }
  await trail.close();
  const verified = await verifyAudit({ folder });
  await rm(folder, { recursive: true });
  if (!verified.isSound) throw new Error(JSON.stringify(verified.problems));
  const verifiedPerSecond = Math.round((verified.records * 1_000) / verified.tookMs);
  return [
    figure('audit.records', perSecond, 'records/s', 'higher', 5_000),
    figure('audit.record.p50', percentile(single, 0.5), 'ms', 'lower'),
    figure('audit.verify', verifiedPerSecond, 'records/s', 'higher', 200_000),
  ];
}
