import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import type { SqliteStore } from '@fumikura/store-sqlite';
import type { BenchCorpus } from './corpus.ts';
import { percentiles } from './measure.ts';

const CHANGES = 60;
const child = fileURLToPath(new URL('./second-process-child.ts', import.meta.url));

/** One document changed here → found by another process, which searches without pause. From before the write. */
export async function secondProcessBench(
  store: SqliteStore,
  corpus: BenchCorpus,
  file: string,
  size: string,
): Promise<Figure[]> {
  const other = fork(child, [file]);
  await once(other, 'message');
  const ended = once(other, 'exit').then(() => {
    throw new Error('the second process ended');
  });
  // It ends in the end, too: then nobody waits for this any more.
  ended.catch(() => undefined);
  const found: number[] = [];
  for (let index = 0; index < CHANGES; index++) {
    const word = `elsewhere${size}z${index}`;
    const answered = once(other, 'message');
    other.send(word);
    const started = process.hrtime.bigint();
    await store.index.write({ upserts: [{ ...corpus.document(5), aclId: 1, title: word }] });
    const [moment] = await Promise.race([answered, ended]);
    found.push(Number(BigInt(String(moment)) - started) / 1e6);
  }
  const closed = once(other, 'exit');
  other.disconnect();
  await closed;
  return [figure(`index.changeToFoundElsewhere.p95.${size}`, percentiles(found).p95, 'ms', 'lower', 50)];
}
