// The catalog in PostgreSQL at size: how long a caller's rights take.
//   npm run bench:catalog -- [--documents 1000000] [--acls 100000] [--principals 2000] [--url postgres://…] [--output <file>]
// Without --url a server of its own is started in a temporary folder. Rows are made in the database itself; callers,
// ACLs and lists are asked for as any command does. Prints milliseconds; --output keeps them as figures.
import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Principal } from '@fumikura/model';
import { createAccess } from '@fumikura/access';
import { figure, report, writeReport } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import { documentWrite, filterFor, seeded, startPostgres } from '@fumikura/testkit';
import pg from 'pg';
import { percentiles, times } from './measure.ts';

const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '1000000' },
    acls: { type: 'string', default: '100000' },
    principals: { type: 'string', default: '2000' },
    url: { type: 'string' },
    output: { type: 'string' },
  },
});
const [documents, acls, principals] = [values.documents, values.acls, values.principals].map(Number);
const LISTS_PER_ACL = 2;
const MEMBERS = 10;
const ROUNDS = 15;
const SOURCE = 'bench:wiki';
const figures: Figure[] = [];

const server = values.url === undefined ? await startPostgres() : undefined;
const place = { url: values.url ?? server?.url ?? '', schema: `bench_${randomUUID().slice(0, 8)}` };
const first = await createPostgresCatalog(place);
await first.commit({ source: SOURCE, upserts: [documentWrite(`${SOURCE}/first`, { allow: ['first'] })] });
await fill();
await first.close();

say(
  `${documents} documents, ${acls} ACLs, callers of ${principals} principals; load ${loadavg()[0]?.toFixed(1)}`,
);
const random = seeded(5);
const groups = (acls ?? 0) / 5;
const callers = Array.from({ length: ROUNDS }, () =>
  Array.from(
    { length: principals ?? 0 },
    (): Principal => `group:bench:g${Math.floor(random() * groups * MEMBERS)}`,
  ),
);

const opening = await createPostgresCatalog({ ...place, listens: false });
print('first', 'first caller of a process', [
  await timed(() => opening.catalog.readableAcls(callers[0] ?? []).then(({ aclIds }) => aclIds.length)),
]);
const cold: number[] = [];
for (const caller of callers.slice(1)) cold.push(await timed(() => opening.catalog.readableAcls(caller)));
print('cold', 'another caller', cold, 80);
const known = callers[1] ?? [];
// As a server opens it, which no pooler stands before.
const served = await createPostgresCatalog(place);
const access = createAccess(served.catalog, {
  principalsOf: async () => known,
  version: async () => '1',
});
await access.filterFor({ issuer: 'bench', subject: 'x' });
// As in a server that has been asked for a while.
const cached = await times(2_000, 500, () => access.filterFor({ issuer: 'bench', subject: 'x' }));
print('cached', 'a caller whose filter is kept', cached, 0.1);
await served.close();
const filter = await filterFor(opening.catalog, ...known);
const reads: number[] = [];
for (let round = 0; round < 100; round++) {
  const ids = Array.from({ length: 50 }, () => `${SOURCE}/${Math.floor(random() * (documents ?? 1))}`);
  reads.push(await timed(() => opening.catalog.readable(ids, filter)));
}
print('check', 'second check of 50 documents', reads);
const facets: number[] = [];
for (let round = 0; round < 10; round++)
  facets.push(await timed(() => opening.catalog.fieldValues('kind', filter, 20)));
print('values', 'values of a filter field', facets);
const commits: number[] = [];
for (let round = 0; round < 50; round++)
  commits.push(
    await timed(() =>
      opening.commit({
        source: SOURCE,
        upserts: [documentWrite(`${SOURCE}/new${round}`, { allow: [`list${round}`] })],
      }),
    ),
  );
print('commit', 'commit of one document with a new ACL', commits);
await opening.close();
await server?.stop();
if (values.output !== undefined) await writeReport(values.output, report(figures));
process.exitCode = figures.some(({ pass }) => pass === false) ? 1 : 0;

async function fill(): Promise<void> {
  const client = new pg.Client({ connectionString: place.url });
  await client.connect();
  const q = (text: string) => client.query(text.replaceAll('{s}', place.schema));
  const lists = (acls ?? 0) / LISTS_PER_ACL;
  await q(`INSERT INTO {s}.list(id, source, read_at) SELECT 'list' || n, '${SOURCE}', '2026-01-01T00:00:00.000Z'
    FROM generate_series(1, ${lists}) AS n`);
  await q(`INSERT INTO {s}.list_member(principal, list) SELECT 'group:bench:g' || ((list * 7 + m * 104729) % ${(acls ?? 0) * 2}), list
    FROM {s}.list, generate_series(1, ${MEMBERS}) AS m ON CONFLICT DO NOTHING`);
  await q(`INSERT INTO {s}.acl(key, value, lists) SELECT substr(sha256(convert_to('acl' || n, 'UTF8')), 1, 16),
    '[["list"],[]]', ARRAY[2 + n % ${lists - 2}, 2 + (n / 3) % ${lists - 2}] FROM generate_series(1, ${acls}) AS n`);
  await q(`INSERT INTO {s}.document(key, id, source, acl_id, acl_version, version, source_version, content_hash, similarity,
      synced_at, chunks, head, text, structure)
    SELECT substr(sha256(convert_to('${SOURCE}/' || n, 'UTF8')), 1, 16), '${SOURCE}/' || n, '${SOURCE}', 2 + n % ${(acls ?? 0) - 1},
      n, n, '1', 'hash', '0', '2026-01-01T00:00:00.000Z', 5, (SELECT head FROM {s}.document LIMIT 1), '', ''
    FROM generate_series(1, ${documents}) AS n`);
  await q(`INSERT INTO {s}.facet(field, key, acl_id, value, documents)
    SELECT 'kind', '\\x00', acl_id, 'page', count(*) FROM {s}.document WHERE id <> '${SOURCE}/first' GROUP BY acl_id`);
  await q(`SELECT setval('{s}.document_version', ${(documents ?? 0) + 1_000})`);
  await q('ANALYZE');
  await client.end();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** @param most what half of them may take, ms */
function print(name: string, what: string, ms: readonly number[], most?: number): void {
  const { p50, p95 } = percentiles(ms);
  figures.push(
    figure(`catalog.${name}.p50`, p50, 'ms', 'lower', most),
    figure(`catalog.${name}.p95`, p95, 'ms', 'lower'),
  );
  const cell = (value: number) => value.toFixed(2).padStart(8);
  say(`${what.padEnd(40)} p50 ${cell(p50)} ms   p95 ${cell(p95)} ms`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
