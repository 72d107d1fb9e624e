// Writes numbered documents in batches from a number on, and says after each commit which number comes next. Batches
// alternate between the path of small writes and the one of bulk loads. Ends at `until`, or never.
import { createSqliteStore } from '../store.ts';
import { EVERYBODY, numbered, SOURCE } from './documents.ts';

const BATCH_SIZES = [1, 4, 110];

const [file = '', from = '0', until = 'Infinity'] = process.argv.slice(2);
const store = await createSqliteStore({ file, inline: true });
for (let next = Number(from), round = 0; next < Number(until); round++) {
  const size = Math.min(BATCH_SIZES[round % BATCH_SIZES.length] ?? 1, Number(until) - next);
  const upserts = Array.from({ length: size }, (_, at) => numbered(next + at));
  next += size;
  // Each document is also replaced once more later, so that a kill meets replacements too.
  const again = next > 50 ? [numbered(next - 50, '2')] : [];
  await store.commit({
    source: SOURCE,
    lists: [EVERYBODY],
    upserts: [...upserts, ...again],
    checkpoint: next,
  });
  process.stdout.write(`${next}\n`);
  if (round % 10 === 9) await store.index.maintain(AbortSignal.timeout(1_000));
}
await store.close();
