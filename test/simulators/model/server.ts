import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { loadSpecification } from '../kit/specification.ts';
import { claimsOf, jsonOf } from './behaviours.ts';
import { chatStream, responsesStream } from './events.ts';
import type { StreamEvent } from './events.ts';
import type { Behaviour, Said, Shown, Twist } from './behaviours.ts';

const SPECIFICATION = new URL('../../../../shared/specs/openai.json', import.meta.url);
/** Of a token, as the pace counts them. */
const CHARACTERS = 4;

export interface ModelHabits {
  readonly tokensPerSecond?: number;
  /** Refuses what it does not know, as servers do that have no structured output. */
  readonly knows?: 'schema' | 'object' | 'words';
  readonly twist?: Twist;
  /** Text of a document that nobody was shown. */
  readonly hidden?: string;
  /** What it answers when it is asked about one claim; default: that it is supported. */
  readonly judge?: (claim: string, shown: Shown) => string;
}

export interface ModelEndpoint {
  readonly baseUrl: URL;
  readonly key: string;
  readonly model: string;
  /** What it is from the next request on. */
  behave(behaviour: Behaviour): void;
  /** Claims it made so far. */
  readonly said: readonly Said[];
  /** Claims that it was asked about one by one, and what it answered. */
  readonly judged: readonly { readonly claim: string; readonly verdict: string }[];
  /** When the closing brace of the first claim of the last answer had left, `performance.now()`. */
  readonly firstClaimAt: number | undefined;
  readonly requests: readonly { readonly path: string; readonly body: Body; readonly status: number }[];
  /** What the description does not allow of the requests. */
  readonly violations: readonly string[];
  close(): Promise<void>;
}

interface Body {
  readonly model: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly input?: string;
  readonly instructions?: string;
  readonly response_format?: { readonly type: string };
  readonly text?: { readonly format?: { readonly type: string } };
  readonly stream?: boolean;
}

const KEY = 'sk-simulated-key';
const MODEL = 'simulated-model';

const FAILURES: Readonly<
  Partial<Record<Behaviour, { status: number; error: object; headers?: Record<string, string> }>>
> = {
  busy: {
    status: 429,
    error: { message: 'Rate limit reached', type: 'requests', param: null, code: 'rate_limit_exceeded' },
    headers: { 'retry-after': '30' },
  },
  'over-budget': {
    status: 429,
    error: {
      message: 'You exceeded your current quota',
      type: 'insufficient_quota',
      param: null,
      code: 'insufficient_quota',
    },
  },
  'wrong-key': {
    status: 401,
    error: {
      message: 'Incorrect API key provided',
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_api_key',
    },
  },
  'wrong-model': {
    status: 404,
    error: {
      message: 'The model does not exist',
      type: 'invalid_request_error',
      param: null,
      code: 'model_not_found',
    },
  },
  failing: {
    status: 500,
    error: { message: 'The server had an error', type: 'server_error', param: null, code: null },
    headers: { 'retry-after': '0' },
  },
};

/** A language model's chat completions and responses on loopback, streamed at its pace, behaving as it is told. */
export async function startModel(habits: ModelHabits = {}): Promise<ModelEndpoint> {
  const {
    tokensPerSecond = Infinity,
    knows = 'schema',
    twist = () => undefined,
    hidden = '',
    judge = approving,
  } = habits;
  const specification = existsSync(SPECIFICATION) ? loadSpecification(SPECIFICATION) : undefined;
  const said: Said[] = [];
  const judged: { claim: string; verdict: string }[] = [];
  const requests: { path: string; body: Body; status: number }[] = [];
  const violations: string[] = [];
  let behaviour: Behaviour = 'faithful';
  let firstClaimAt: number | undefined;

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const url = new URL(incoming.url ?? '/', 'http://model');
    const body = JSON.parse(await textOf(incoming)) as Body;
    const path = url.pathname.replace(/^\/v1/u, '');
    violations.push(...(specification?.find(incoming.method ?? '', path)?.checkRequest(url, body) ?? []));
    const refusal =
      incoming.headers.authorization !== `Bearer ${KEY}` ? FAILURES['wrong-key'] : refusalOf(body);
    const failure = refusal ?? FAILURES[behaviour];
    requests.push({ path, body, status: failure?.status ?? 200 });
    if (failure) {
      outgoing.writeHead(failure.status, { 'content-type': 'application/json', ...failure.headers });
      outgoing.end(JSON.stringify({ error: failure.error }));
      return;
    }
    const shown = JSON.parse(body.messages?.at(-1)?.content ?? body.input ?? '{}') as Shown;
    if (shown.claim !== undefined) {
      const verdict = judge(shown.claim, shown);
      judged.push({ claim: shown.claim, verdict });
      await stream(outgoing, path, body, verdict, verdict);
      return;
    }
    const claims = behaviour === 'refusing' ? [] : claimsOf(behaviour, shown, twist, hidden);
    said.push(...claims);
    await stream(outgoing, path, body, textFor(behaviour, claims), jsonOf(claims.slice(0, 1)));
  };
  const refusalOf = (body: Body) => {
    const form = body.response_format?.type ?? body.text?.format?.type ?? 'words';
    const isKnown = knows === 'schema' || form === 'words' || (knows === 'object' && form === 'json_object');
    if (isKnown) return body.model === MODEL ? undefined : FAILURES['wrong-model'];
    return { status: 400, error: { message: `response_format ${form} is not supported` }, headers: {} };
  };
  const stream = async (outgoing: ServerResponse, path: string, body: Body, text: string, first: string) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    const described = specification?.find('POST', path);
    const form = path === '/responses' ? responsesStream(MODEL, body.instructions ?? '') : chatStream(MODEL);
    const write = ({ name, data }: StreamEvent) => {
      violations.push(...(described?.checkEvent(200, data) ?? []));
      outgoing.write(`${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(data)}\n\n`);
    };
    const until = first.length - '],"answered":true}'.length;
    firstClaimAt = undefined;
    if (behaviour === 'slow') await delay(600);
    for (const event of form.opening) write(event);
    const cut =
      behaviour === 'half-stream' ? Math.max(until + 12, Math.floor(text.length * 0.6)) : text.length;
    const started = performance.now();
    for (let at = 0; at < cut; at += CHARACTERS) {
      if (tokensPerSecond !== Infinity) {
        const due = started + ((at / CHARACTERS + 1) * 1_000) / tokensPerSecond;
        await delay(Math.max(0, due - performance.now()));
      }
      write(form.piece(text.slice(at, Math.min(cut, at + CHARACTERS))));
      if (firstClaimAt === undefined && at + CHARACTERS >= until) firstClaimAt = performance.now();
    }
    if (behaviour === 'half-stream') {
      outgoing.destroy();
      return;
    }
    for (const event of form.closing(text, behaviour === 'declining')) write(event);
    outgoing.end(form.end);
  };
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch((error: unknown) => {
      violations.push(`the simulator failed: ${error instanceof Error ? error.stack : String(error)}`);
      outgoing.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`),
    key: KEY,
    model: MODEL,
    behave: (next) => {
      behaviour = next;
    },
    said,
    judged,
    get firstClaimAt() {
      return firstClaimAt;
    },
    requests,
    violations,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function approving(): string {
  return JSON.stringify({ supported: true });
}

function textFor(behaviour: Behaviour, claims: readonly Said[]): string {
  const json = jsonOf(claims);
  if (behaviour === 'no-json') return 'I am glad to help! From what I have read, everything is fine.';
  if (behaviour === 'broken-json')
    return `Sure, here it is:\n\`\`\`json\n${json.replace('"passages":', '"passages"')}`;
  if (behaviour === 'declining') return '';
  return json;
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
