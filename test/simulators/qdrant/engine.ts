// npm run qdrant:engine [-- --queries 1000] [--seed 1]: random queries to the stand-in and to Qdrant's own engine, which the
// Python package qdrant-edge-py carries. FUMI_TEST_PYTHON names a Python that has it, for instance
//   python3 -m venv engine && engine/bin/pip install qdrant-edge-py==0.9.0
// Ends with 1 when an answer differs. The engine joins the filter of a query and that of its prefetch otherwise than a server.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seeded } from '@fumikura/testkit';
import { hasRecordings, recording } from './recordings.ts';
import { ask } from './replay.ts';
import { QdrantStandIn } from './server.ts';

interface Set {
  readonly collections: readonly {
    readonly name: string;
    readonly config: object;
    readonly indexes: readonly (readonly [string, unknown])[];
    readonly points: readonly object[];
  }[];
}
type Body = Readonly<Record<string, unknown>>;
type Answer = readonly (readonly [unknown, number])[] | { readonly refused: string };

const SCRIPT = fileURLToPath(new URL('engine.py', import.meta.url));
const DIMENSION = 16;

const { values } = parseArgs({
  options: { queries: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const python = process.env['FUMI_TEST_PYTHON'];
if (python === undefined || !hasRecordings) {
  process.stdout.write(
    'skipped: FUMI_TEST_PYTHON names no Python with qdrant-edge-py, or there are no recordings\n',
  );
  process.exit(0);
}
const random = seeded(Number(values.seed));
const { collections } = recording<Set>('differential-collections');
const filters = recording<{ queries: readonly (readonly [string, Body])[] }>(
  'differential-queries',
).queries.flatMap(([, { filter }]) => (filter ? [filter] : []));
const queries = Array.from({ length: Number(values.queries) }, (): [string, Body] => [
  pick(collections).name,
  queryOf(),
]);
const standIn = new QdrantStandIn();
for (const { name, config, indexes, points } of collections) {
  send(`/collections/${name}`, config);
  for (const [field, schema] of indexes)
    send(`/collections/${name}/index`, { field_name: field, field_schema: schema });
  send(`/collections/${name}/points`, { points });
}
const answers = engineAnswers();
const counts = { alike: 0, 'left out': 0, refused: 0, different: 0 };
for (const [at, [name, body]] of queries.entries()) {
  const answer = answers[at] ?? { refused: 'no answer' };
  const kind = 'refused' in answer ? 'refused' : compare(name, body, answer);
  counts[kind]++;
}
process.stdout.write(`${JSON.stringify(counts)}\n`);
process.exit(counts.different > 0 ? 1 : 0);

function send(path: string, body: object): void {
  const url = new URL(`http://stand-in${path}`);
  const raw = Buffer.from(JSON.stringify(body));
  const { status } = standIn.answer({ method: 'PUT', url, headers: {}, raw, body });
  if (status !== 200) throw new Error(`${path}: ${status}`);
}

function engineAnswers(): readonly Answer[] {
  const input = JSON.stringify({ collections, queries });
  const { stdout, stderr, status } = spawnSync(python ?? '', [SCRIPT], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as readonly Answer[];
}

function compare(
  name: string,
  body: Body,
  answer: readonly (readonly [unknown, number])[],
): keyof typeof counts {
  const points = answer.map(([id, score]) => ({ id, score }));
  const response = { result: { points }, status: 'ok', time: 0 };
  const path = `/collections/${name}/points/query`;
  const { outcome, detail } = ask(standIn, { method: 'POST', path, body, status: 200, response });
  if (outcome === 'same') return 'alike';
  if (outcome === 'different')
    process.stdout.write(`${name} ${JSON.stringify(body).slice(0, 400)}\n  ${detail}\n`);
  return outcome;
}

function queryOf(): Body {
  const filter = random() < 0.6 ? { filter: pick(filters) } : {};
  const limit = pick([1, 5, 20, 50]);
  const kind = random();
  if (kind < 0.3) return { query: vector(), using: 'dense', limit, ...filter, ...sliced(filter) };
  if (kind < 0.6) return { query: sparse(), using: 'terms', limit, ...filter };
  if (kind < 0.7) {
    const examples = { positive: [vector(), vector()], negative: [vector()] };
    const strategy = pick(['best_score', 'sum_scores']);
    return { query: { recommend: { ...examples, strategy } }, using: 'dense', limit, ...filter };
  }
  if (kind < 0.75)
    return {
      query: { context: [{ positive: vector(), negative: vector() }] },
      using: 'dense',
      limit,
      ...filter,
    };
  const prefetch = [
    { query: vector(), using: 'dense', limit: pick([5, 20]), ...filter },
    { query: sparse(), using: 'terms', limit: pick([5, 20]), ...filter },
  ];
  const weights = random() < 0.5 ? { weights: [1 + random(), 1 + random()] } : {};
  return { prefetch, query: { rrf: { k: pick([1, 2, 60]), ...weights } }, limit };
}

/** Numbers of a slice instead of another filter, now and then. */
function sliced(filter: object): object {
  if ('filter' in filter || random() < 0.7) return {};
  const total = pick([2, 3, 7]);
  return { filter: { must: [{ slice: { total, index: Math.floor(random() * total) } }] } };
}

function pick<T>(of: readonly T[]): T {
  return of[Math.floor(random() * of.length)] as T;
}

function vector(): number[] {
  return Array.from({ length: DIMENSION }, () => Number((random() * 4 - 2).toFixed(4)));
}

function sparse(): object {
  const indices = [...new Set(Array.from({ length: 4 }, () => Math.floor(random() ** 2 * 120)))];
  return { indices, values: indices.map(() => Number((0.1 + random()).toFixed(4))) };
}
