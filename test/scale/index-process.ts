// npm run qdrant:serve -- [--port 6333] [--api-key key] [--file file]: the stand-in of the index as a process of its own, on
// loopback. With a file every change stands in it before it is acknowledged and is made again at the start. Prints its
// address; --port 0 takes a free one.
import { appendFileSync, closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startSimulator } from '../simulators/kit/simulator.ts';
import type { SimulatedRequest } from '../simulators/kit/simulator.ts';
import { QdrantStandIn } from '../simulators/qdrant/server.ts';

const READS = /\/points(?:\/(?:query|query\/batch|scroll|count))?$/u;
const ANYWHERE = 'http://127.0.0.1';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '6333' },
    file: { type: 'string' },
    'api-key': { type: 'string' },
  },
});
const { file, 'api-key': apiKey } = values;
const standIn = new QdrantStandIn(apiKey === undefined ? {} : { apiKey });
if (file !== undefined && existsSync(file)) for (const change of changesIn(file)) makeAgain(change);
const journal = file === undefined ? undefined : openSync(file, 'a');
if (journal !== undefined) process.once('exit', () => closeSync(journal));
const { url } = await startSimulator({
  port: Number(values.port),
  answer: (request) => {
    const answer = standIn.answer(request);
    if (journal !== undefined && answer.status === 200 && isChange(request))
      appendFileSync(journal, `${lineOf(request)}\n`);
    return answer;
  },
});
process.stdout.write(`${url}\n`);

function makeAgain(change: SimulatedRequest): void {
  const headers: Record<string, string> = apiKey === undefined ? {} : { 'api-key': apiKey };
  const { status, body } = standIn.answer({ ...change, headers });
  if (status !== 200)
    throw new Error(
      `${change.method} ${change.url.pathname} was acknowledged once, and now: ${JSON.stringify(body)}`,
    );
}

function isChange({ method, url }: SimulatedRequest): boolean {
  return method !== 'GET' && !(method === 'POST' && READS.test(url.pathname));
}

function lineOf({ method, url, body }: SimulatedRequest): string {
  return JSON.stringify({ method, path: url.pathname + url.search, body });
}

/** A last line that broke off was never acknowledged. */
function changesIn(file: string): SimulatedRequest[] {
  const text = readFileSync(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { method, path, body } = JSON.parse(line) as { method: string; path: string; body: unknown };
      const raw = Buffer.from(body === undefined ? '' : JSON.stringify(body));
      return { method, url: new URL(path, ANYWHERE), headers: {}, raw, body };
    });
}
