// npm run bench:hybrid -- [--chunks 10000] [--queries 60] [--json] [--output file]: a hybrid search through the index adapter
// beside a bare points/query/batch of the same lists, filter and server. FUMI_TEST_QDRANT_URL names a real one; otherwise
// the stand-in answers, in a process of its own, and the ratio alone means something.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figure, renderFigures, report, writeReport } from '@fumikura/evaluation';
import type { AccessFilter, SearchRequest } from '@fumikura/ports';
import { createQdrantIndex } from '@fumikura/store-qdrant';
import { testAccess } from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { startIndex } from '../scale/index-server.ts';
import { headersFor } from '../simulators/qdrant/elsewhere.ts';
import { BenchCorpus, FINGERPRINT } from './corpus.ts';
import { percentiles, sizeName } from './measure.ts';

const SHARES = [0.01, 0.1, 1];
const CANDIDATES = 50;
const BATCH = 500;
const MOST = 1.3;
const WARM_UP = 8;

const { values } = parseArgs({
  options: {
    chunks: { type: 'string', default: '10000' },
    queries: { type: 'string', default: '60' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const signal = new AbortController().signal;
const folder = await mkdtemp(join(tmpdir(), 'fumi-hybrid-'));
const server = await startIndex(folder);
const headers = headersFor(server);
const key = server.apiKey && { apiKey: server.apiKey };
const corpus = new BenchCorpus(11, true);
const index = await createQdrantIndex({ url: server.url, name: server.name, ...key });
const figures = [];
try {
  await index.useFingerprint(FINGERPRINT);
  for (let left = Number(values.chunks); left > 0; left -= BATCH)
    await index.write({ upserts: corpus.batch(Math.min(BATCH, left)) });
  for (const share of SHARES) {
    const access = testAccess([...corpus.grant(share)]);
    const requests = Array.from({ length: Number(values.queries) + WARM_UP }, () =>
      requestOf(corpus.query()),
    );
    const bodies = await bodiesOf(requests, access);
    const { adapter, bare } = await alternating(requests, bodies, access);
    const name = `${sizeName(Number(values.chunks))}.${server.isReal ? 'server' : 'stand-in'}.${share * 100}%`;
    figures.push(
      figure(`hybrid.bare.p50.${name}`, bare, 'ms', 'lower'),
      figure(`hybrid.adapter.p50.${name}`, adapter, 'ms', 'lower'),
      figure(`hybrid.ratio.${name}`, adapter / bare, '', 'lower', MOST),
    );
  }
} finally {
  await index.close();
  await server.close();
  await rm(folder, { recursive: true });
}
const made = report(figures);
if (values.output !== undefined) await writeReport(values.output, made);
process.stdout.write(values.json ? `${JSON.stringify(made)}\n` : `${renderFigures(figures)}\n`);
process.exit(figures.some(({ pass }) => pass === false) ? 1 : 0);

function requestOf({ text, vector }: { text: string; vector: Float32Array }): SearchRequest {
  return {
    lexical: { query: analyseQuery(text) },
    dense: { vector, fingerprint: FINGERPRINT },
    candidates: CANDIDATES,
  };
}

interface Bare {
  readonly path: string;
  readonly body: string;
}

/** The lists that the adapter asks for first, as it sends them. */
async function bodiesOf(requests: readonly SearchRequest[], access: AccessFilter): Promise<Bare[]> {
  const seen: Bare[] = [];
  const proxy = createServer((incoming, outgoing) => {
    void textOf(incoming).then(async (body) => {
      const path = incoming.url ?? '/';
      if (path.includes('/query/batch')) seen.push({ path, body });
      const answer = await fetch(`${server.url}${path}`, {
        method: incoming.method ?? 'GET',
        headers,
        ...(body !== '' && { body }),
      });
      outgoing.writeHead(answer.status, { 'content-type': 'application/json' });
      outgoing.end(await answer.text());
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const watched = await createQdrantIndex({ url: `http://127.0.0.1:${port}`, name: server.name });
  try {
    const first = [];
    for (const request of requests) {
      seen.length = 0;
      await watched.search(request, access, signal);
      first.push(seen[0] ?? { path: '', body: '' });
    }
    return first;
  } finally {
    await watched.close();
    proxy.close();
    proxy.closeAllConnections();
  }
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** One after the other, each first every second time, so that what else the machine does meets both. */
async function alternating(
  requests: readonly SearchRequest[],
  bodies: readonly Bare[],
  access: AccessFilter,
): Promise<{ adapter: number; bare: number }> {
  const [adapter, bare]: [number[], number[]] = [[], []];
  for (const [at, request] of requests.entries()) {
    const runs = [
      async () => bare.push(await timed(() => askBare(bodies[at] ?? { path: '', body: '' }))),
      async () => adapter.push(await timed(() => index.search(request, access, signal))),
    ];
    for (const run of at % 2 === 0 ? runs : runs.reverse()) await run();
  }
  return { adapter: percentiles(adapter.slice(WARM_UP)).p50, bare: percentiles(bare.slice(WARM_UP)).p50 };
}

async function askBare({ path, body }: Bare): Promise<void> {
  const answer = await fetch(`${server.url}${path}`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  await answer.json();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
