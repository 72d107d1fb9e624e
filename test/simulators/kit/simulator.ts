import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Specification } from './specification.ts';

export interface SimulatedRequest {
  readonly method: string;
  readonly url: URL;
  /** Path and query as they were sent, before `..` is taken for a way up; absent where nothing was sent. */
  readonly target?: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: Uint8Array;
  /** Parsed when it is JSON. */
  readonly body: unknown;
}

export interface SimulatedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes and strings as they are, anything else as JSON. */
  readonly body?: unknown;
  /** The connection breaks after so many bytes of the body. */
  readonly cutAfterBytes?: number;
}

export interface SimulatorOptions {
  /** Answers as the system would; undefined is 404. */
  readonly answer: (
    request: SimulatedRequest,
  ) => SimulatedAnswer | undefined | Promise<SimulatedAnswer | undefined>;
  /** Judges of requests and answers; none when the descriptions are not at hand. */
  readonly specifications?: readonly Specification[];
  /** Paths that no description has on purpose (downloads, token endpoints). */
  readonly undescribed?: (path: string) => boolean;
  /** Added to each answer; default 0. */
  readonly latencyMs?: number;
  /** A bucket over all requests; a request beyond it gets `refusal`, or a 429 that says to wait a second. */
  readonly limit?: { readonly perSecond: number; readonly refusal?: () => SimulatedAnswer };
  /** Default 0, a free one. */
  readonly port?: number;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
  /** As the description names it, or the path when it has none. */
  readonly operation: string;
}

export interface Simulator {
  readonly url: string;
  /** In order of their answers. */
  readonly requests: readonly SeenRequest[];
  /** What the descriptions do not allow, of requests and of our own answers: a test ends with none. */
  readonly violations: readonly string[];
  forgetRequests(): void;
  /** The next request that fits gets this instead, once; several calls queue up. */
  respondNext(answer: SimulatedAnswer, fits?: (request: SimulatedRequest) => boolean): void;
  /** From now on each answer is handed through it, and is judged no more; undefined ends that. */
  disturb(change: Disturbance | undefined): void;
  /** From now on. */
  setPace(pace: { readonly latencyMs?: number; readonly perSecond?: number }): void;
  /** Called before each answer; what it throws is the simulator's own failure. */
  onRequest(listener: (seen: number) => void): void;
  close(): Promise<void>;
}

export type Disturbance = (request: SimulatedRequest, answer: SimulatedAnswer) => SimulatedAnswer;

/** A source's HTTP interface on loopback. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { specifications = [], undescribed = () => false } = options;
  const requests: SeenRequest[] = [];
  const violations: string[] = [];
  const planned: { answer: SimulatedAnswer; fits: (request: SimulatedRequest) => boolean }[] = [];
  const refusal =
    options.limit?.refusal ??
    ((): SimulatedAnswer => ({
      status: 429,
      headers: { 'retry-after': '1' },
      body: { message: 'slow down' },
    }));
  let admit = limiter(options.limit?.perSecond);
  let latencyMs = options.latencyMs ?? 0;
  let seen = 0;
  let disturbance: Disturbance | undefined;
  let listener: (seen: number) => void = () => undefined;

  const handle = async (request: SimulatedRequest): Promise<SimulatedAnswer> => {
    listener(++seen);
    if (latencyMs > 0) await delay(latencyMs);
    const { method, url } = request;
    const described = specifications
      .map((each) => each.find(method, decodeURI(url.pathname)))
      .find((each) => each !== undefined);
    const isKnown = described !== undefined || specifications.length === 0 || undescribed(url.pathname);
    if (!isKnown) violations.push(`${method} ${url.pathname} is not described`);
    violations.push(...(described?.checkRequest(url, request.body) ?? []));
    const index = planned.findIndex(({ fits }) => fits(request));
    const fault = index < 0 ? undefined : planned.splice(index, 1)[0]?.answer;
    const ordinary = fault ??
      (admit() ? undefined : refusal()) ??
      (await options.answer(request)) ?? { status: 404, body: { message: 'Not Found' } };
    const answer = disturbance?.(request, ordinary) ?? ordinary;
    const isOrdinary = !fault && !disturbance;
    if (isOrdinary && described && typeof answer.body === 'object' && !(answer.body instanceof Uint8Array))
      violations.push(...described.checkAnswer(answer.status, answer.body));
    requests.push({
      method,
      path: url.pathname,
      query: url.search,
      status: answer.status,
      operation: described?.name ?? `${method} ${url.pathname}`,
    });
    return answer;
  };

  const server = createServer((incoming, outgoing) => {
    void receive(incoming, address())
      .then(handle)
      .catch((error: unknown) => {
        violations.push(`the simulator failed: ${error instanceof Error ? error.stack : String(error)}`);
        return { status: 500, body: { message: 'simulator failed' } };
      })
      .then((answer) => send(outgoing, answer));
  });
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: address(),
    requests,
    violations,
    forgetRequests: () => requests.splice(0),
    respondNext: (answer, fits = () => true) => planned.push({ answer, fits }),
    disturb: (change) => {
      disturbance = change;
    },
    setPace: (pace) => {
      latencyMs = pace.latencyMs ?? 0;
      admit = limiter(pace.perSecond);
    },
    onRequest: (called) => {
      listener = called;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A bucket of one second's worth. */
function limiter(perSecond: number | undefined): () => boolean {
  if (perSecond === undefined) return () => true;
  let tokens = perSecond;
  let at = performance.now();
  return () => {
    const now = performance.now();
    tokens = Math.min(perSecond, tokens + ((now - at) / 1_000) * perSecond);
    at = now;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}

async function receive(incoming: IncomingMessage, base: string): Promise<SimulatedRequest> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const raw = Buffer.concat(parts);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
  const isJson = headers['content-type']?.includes('json') && raw.length > 0;
  return {
    method: incoming.method ?? 'GET',
    url: new URL(incoming.url ?? '/', base),
    target: incoming.url ?? '/',
    headers,
    raw,
    body: isJson ? parsed(raw.toString('utf8')) : undefined,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is to be said about it is each simulator's own.
    return undefined;
  }
}

function send(
  outgoing: ServerResponse,
  { status, headers = {}, body, cutAfterBytes }: SimulatedAnswer,
): void {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(isRaw ? body : JSON.stringify(body));
  outgoing.writeHead(status, {
    'content-type': isRaw ? 'text/plain' : 'application/json',
    ...headers,
    ...(cutAfterBytes !== undefined && { 'content-length': String(bytes.length) }),
  });
  if (cutAfterBytes === undefined) outgoing.end(bytes);
  else outgoing.write(bytes.subarray(0, cutAfterBytes), () => outgoing.destroy());
}
