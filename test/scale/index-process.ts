// The stand-in of the index as a process of its own: node index-process.ts <port, 0 for a free one> <file>
// Every change stands in the file before it is acknowledged and is made again at the start. Prints its address.
import { appendFileSync, closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { startSimulator } from '../simulators/kit/simulator.ts';
import type { SimulatedRequest } from '../simulators/kit/simulator.ts';
import { QdrantStandIn } from '../simulators/qdrant/server.ts';

const READS = /\/points(?:\/(?:query|query\/batch|scroll|count))?$/u;
const ANYWHERE = 'http://127.0.0.1';

const [port = '0', file = ''] = process.argv.slice(2);
const standIn = new QdrantStandIn();
if (existsSync(file)) for (const change of changesIn(file)) makeAgain(change);
const journal = openSync(file, 'a');
process.once('exit', () => closeSync(journal));
const { url } = await startSimulator({
  port: Number(port),
  answer: (request) => {
    const answer = standIn.answer(request);
    if (answer.status === 200 && isChange(request)) appendFileSync(journal, `${lineOf(request)}\n`);
    return answer;
  },
});
process.stdout.write(`${url}\n`);

function makeAgain(change: SimulatedRequest): void {
  const { status, body } = standIn.answer(change);
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
