import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startProduct } from '../conformance/product-server.ts';
import type { Product } from '../conformance/product-server.ts';

const ACCEPT = 'Accept: application/json, text/event-stream';
const JSON_BODY = 'Content-Type: application/json';
/** What an answer to an attack never holds: files, addresses of the disk, places in code, statements. */
const TELLS =
  /root:x:|node_modules|\.ts:\d+|\/tmp\/|SQLITE|SELECT .* FROM \w+ WHERE|at async|Zebra Vault seal/u;

interface Attack {
  readonly name: string;
  readonly threat: string;
  readonly request: string | Buffer;
  /** Status of the answer; 0: the connection is closed without one. */
  readonly status: readonly number[];
  /** In an answer of status 200: the refusal that it has to be. */
  readonly says?: RegExp;
}

let product: Product | undefined;
const port = () => Number(new URL(product?.url ?? '').port);
const host = () => `127.0.0.1:${port()}`;

const post = (body: string | Buffer, headers: readonly string[] = [JSON_BODY, ACCEPT], path = '/mcp') =>
  Buffer.concat([
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: HOST\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`,
    ),
    Buffer.from(body),
  ]);
const get = (path: string, headers: readonly string[] = [], method = 'GET') =>
  `${method} ${path} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;
const call = (method: string, params: object) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
const tool = (name: string, args: object) => post(call('tools/call', { name, arguments: args }));
const PING = call('ping', {});
const REFUSED = /"isError":true|"error":/u;

const from = (
  threat: string,
  status: readonly number[],
  requests: Readonly<Record<string, string | Buffer>>,
  says?: RegExp,
): Attack[] =>
  Object.entries(requests).map(([name, request]) => ({
    name,
    threat,
    request,
    status,
    ...(says && { says }),
  }));

const hostOf = (name: string) => post(PING).toString().replace('Host: HOST', `Host: ${name}`);
const originOf = (origin: string) => post(PING, [JSON_BODY, ACCEPT, `Origin: ${origin}`]);

const ATTACKS: readonly Attack[] = [
  ...from('S a name that is not ours (rebinding)', [400, 403], {
    'another name': hostOf('evil.example'),
    'another name with our port': hostOf('evil.example:7700'),
    'a name that begins like ours': hostOf('localhost.evil.example'),
    'an address within a name': hostOf('127.0.0.1.evil.example'),
    'a name before an @': hostOf('localhost@evil.example'),
    'no name': hostOf(''),
    'two names': post(PING, [JSON_BODY, ACCEPT, 'Host: evil.example']),
    'no header at all': post(PING).toString().replace('Host: HOST\r\n', ''),
  }),
  ...from('T an address that nobody can read', [400], {
    'a port beyond': hostOf('localhost:99999'),
    'no name in it': get('//'),
    'an address without a name': get('http://'),
    'half a bracket': get('http://[::1/'),
    'a star': get('*', [], 'OPTIONS'),
    'steps without a root': get('mcp'),
  }),
  ...from('S a web page asks through a browser', [403], {
    'another origin': originOf('https://evil.example'),
    'no origin of a sandbox': originOf('null'),
    'an origin that begins like ours': originOf('http://localhost.evil.example'),
    'an origin that ends like ours': originOf('http://evil-localhost'),
    'a file': originOf('file://'),
    'an extension': originOf('chrome-extension://abcdef'),
  }),
  ...from('S a form of a web page', [400, 403, 406, 415], {
    'plain text': post(PING, ['Content-Type: text/plain', ACCEPT]),
    'a form': post('jsonrpc=2.0', ['Content-Type: application/x-www-form-urlencoded', ACCEPT]),
    parts: post('--x\r\n\r\nx\r\n--x--', ['Content-Type: multipart/form-data; boundary=x', ACCEPT]),
    'no type': post(PING, [ACCEPT]),
  }),
  ...from('E a method that changes or mirrors', [400, 403, 404, 405, 501, 0], {
    TRACE: get('/mcp', [], 'TRACE'),
    PUT: get('/mcp', [], 'PUT'),
    PATCH: get('/mcp', [], 'PATCH'),
    CONNECT: 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n',
    'an address of somebody else':
      'GET http://169.254.169.254/ HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n',
    'a made-up one': get('/mcp', [], 'EXPLODE'),
  }),
  ...from('I a path out of what is served', [400, 404, 405], {
    'steps up': get('/../../etc/passwd'),
    'steps up, encoded': get('/%2e%2e/%2e%2e/etc/passwd'),
    'steps up, twice encoded': get('/%252e%252e/etc/passwd'),
    'steps up, the other way': get('/..\\..\\etc\\passwd'),
    'a hidden file': get('/.env'),
    'the configuration': get('/fumikura.yaml'),
    'the database': get('/.fumikura/fumikura.db'),
    'a null': get('/mcp%00.html'),
    'our path and more': get('/mcp/../etc/passwd'),
    debugging: get('/debug/pprof'),
    'a source without webhooks': post('{}', [JSON_BODY], '/webhooks/files%3Ahandbook'),
    'a source by its path': post('{}', [JSON_BODY], '/webhooks/../mcp'),
    'a source that is a program': post('{}', [JSON_BODY], '/webhooks/__proto__'),
    'a broken escape': post('{}', [JSON_BODY], '/webhooks/%E0%A4%A'),
  }),
  ...from('D a body that costs more to read than to send', [400, 413, 415], {
    'too long': post(`{"x":"${'y'.repeat(400_000)}"}`),
    'packed (gzip)': post(gzipSync(PING), [JSON_BODY, ACCEPT, 'Content-Encoding: gzip']),
    'packed (br)': post(PING, [JSON_BODY, ACCEPT, 'Content-Encoding: br']),
    'packed twice': post(PING, [JSON_BODY, ACCEPT, 'Content-Encoding: gzip, gzip']),
    'deep arrays': post('['.repeat(100_000)),
    'deep objects': post('{"a":'.repeat(40_000)),
    'no JSON': post('<xml/>'),
    'half of it': post('{"jsonrpc":"2.0"'),
    'bytes that are no text': post(Buffer.from([0xff, 0xfe, 0x00])),
    nothing: post(''),
    'a number': post('1e999'),
  }),
  ...from('T two requests that look like one', [400, 405, 413, 0], {
    'two lengths': post(PING, [JSON_BODY, ACCEPT, 'Content-Length: 5']),
    'a length and parts': post(PING, [JSON_BODY, ACCEPT, 'Transfer-Encoding: chunked']),
    'parts in a way nobody knows': post(PING, [JSON_BODY, ACCEPT, 'Transfer-Encoding: xchunked']),
    'a length that is none': post(PING)
      .toString()
      .replace(/Content-Length: \d+/u, 'Content-Length: -1'),
    'a header with a space': post(PING, [JSON_BODY, ACCEPT, 'Transfer-Encoding : chunked']),
    'a folded header': post(PING, [JSON_BODY, ACCEPT, 'X: y', ' folded: z']),
    'no version': 'GET /mcp\r\nHost: HOST\r\n\r\n',
    'another protocol': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  }),
  ...from('D headers without end', [400, 431, 0], {
    'one that is long': get('/healthz', [`X: ${'y'.repeat(100_000)}`]),
    many: get(
      '/healthz',
      Array.from({ length: 5_000 }, (_, at) => `X-${at}: ${'y'.repeat(10)}`),
    ),
    'a long path': get(`/${'a'.repeat(100_000)}`),
  }),
  ...from(
    'I arguments that mean more than words',
    [200, 400],
    {
      'an id of the disk': tool('get_document', { id: '/etc/passwd' }),
      'an id that steps up': tool('get_document', { id: 'files:handbook/../../../../etc/passwd' }),
      'an id that steps up, encoded': tool('get_document', {
        id: 'fumi://doc/files%3Ahandbook%2F..%2F..%2Fetc%2Fpasswd',
      }),
      'an id that is a statement': tool('get_document', { id: "x' OR '1'='1" }),
      'an id with a null': tool('get_document', { id: 'files:handbook/a\u0000b' }),
      'an id that is a broken escape': tool('get_document', { id: 'fumi://doc/%E0%A4%A' }),
      'an id that is a number': tool('get_document', { id: 7 }),
      'an id that is too long': tool('get_document', { id: 'x'.repeat(10_000) }),
      'a made-up cursor': tool('search_knowledge', { query: 'vault', cursor: 'AAAA' }),
      'a long cursor': tool('search_knowledge', { query: 'vault', cursor: 'A'.repeat(20_000) }),
      'a query that is too long': tool('search_knowledge', { query: 'x'.repeat(100_000) }),
      'a query of nothing': tool('search_knowledge', { query: ' ' }),
      'a query that is an object': tool('search_knowledge', { query: { $ne: '' } }),
      'a limit below': tool('search_knowledge', { query: 'vault', limit: -1 }),
      'a limit beyond': tool('search_knowledge', { query: 'vault', limit: 1e9 }),
      'a limit of halves': tool('search_knowledge', { query: 'vault', limit: 1.5 }),
      'labels without end': tool('search_knowledge', {
        query: 'vault',
        labels: Array.from({ length: 5_000 }, (_, at) => `l${at}`),
      }),
      'a label that is a statement': tool('search_knowledge', { query: 'vault', labels: ["x') OR 1=1 --"] }),
      'a source that is a statement': tool('search_knowledge', {
        query: 'vault',
        sources: ["files:x' UNION SELECT * FROM setting --"],
      }),
      'a date that is none': tool('search_knowledge', { query: 'vault', updatedAfter: '2026-99-99' }),
      'more than asked for': tool('get_document', { id: 'x', maxTokens: 1e9 }),
      'a tool that is not there': tool('delete_everything', {}),
      'a tool of the language': tool('__proto__', {}),
      'a method that is not there': post(call('admin/shutdown', {})),
      'a method of the language': post(call('constructor', {})),
      'a resource of the disk': post(call('resources/read', { uri: 'file:///etc/passwd' })),
      'a resource of the network': post(
        call('resources/read', { uri: 'http://169.254.169.254/latest/meta-data' }),
      ),
      'a resource that steps up': post(call('resources/read', { uri: 'fumi://doc/..%2F..%2Fetc%2Fpasswd' })),
      'a resource with a broken escape': post(call('resources/read', { uri: 'fumi://doc/%E0%A4%A' })),
      'a source that is not there': post(call('resources/read', { uri: 'fumi://source/jira%3Asecret' })),
      'a prompt with a book': post(
        call('prompts/get', { name: 'research_topic', arguments: { topic: 'x'.repeat(50_000) } }),
      ),
      'a prompt that is not there': post(call('prompts/get', { name: 'system', arguments: {} })),
      'a level of logs': post(call('logging/setLevel', { level: 'debug' })),
    },
    REFUSED,
  ),
];

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Bytes as they are: no client tidies them up. */
function send(request: string | Buffer, timeoutMs = 60_000): Promise<Answer> {
  const bytes = Buffer.from(request.toString('latin1').replace('HOST', host()), 'latin1');
  return new Promise((resolve, reject) => {
    const socket = connect(port(), '127.0.0.1', () => socket.write(bytes));
    const parts: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end after ${timeoutMs} ms: ${Buffer.concat(parts).toString().slice(0, 300)}`));
    }, timeoutMs);
    const end = () => {
      clearTimeout(timer);
      const text = Buffer.concat(parts).toString();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/u.exec(text)?.[1] ?? 0), text });
    };
    socket.on('data', (part) => {
      parts.push(part);
      // The end of an answer in parts: the server may keep the connection for more.
      if (part.toString('latin1').endsWith('\r\n0\r\n\r\n') || part.toString('latin1') === '0\r\n\r\n')
        socket.end();
    });
    // A server that refuses in the middle of a body resets; what it said before counts.
    socket.on('error', () => undefined);
    socket.on('close', end);
  });
}

describe('attacks over HTTP on a server of one machine', () => {
  before(async () => {
    product = await startProduct();
  });
  after(() => product?.stop());

  it('[attack.http] are different from what is served', async () => {
    assert.equal((await send(get('/healthz'))).status, 200);
    const { status, text } = await send(tool('search_knowledge', { query: 'vault' }));
    assert.equal(status, 200);
    assert.doesNotMatch(text, REFUSED);
    assert.match(text, /"results/u);
  });

  for (const { name, threat, request, status, says } of ATTACKS)
    it(`[attack.http] ${threat}: ${name}`, async () => {
      const answer = await send(request);
      assert.ok(status.includes(answer.status), `${answer.status}: ${answer.text.slice(0, 400)}`);
      assert.doesNotMatch(answer.text, TELLS);
      if (says && answer.status === 200) assert.match(answer.text, says);
    });

  it('[attack.http] S a session that somebody else began or made up is none: nothing is held between two requests', async () => {
    const url = product?.url ?? '';
    const asked = (method: string, body?: string, session?: string) =>
      fetch(url, {
        method,
        headers: {
          ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
          ...(session !== undefined && { 'mcp-session-id': session }),
        },
        ...(body !== undefined && { body }),
      });
    const clientInfo = { name: 'test', version: '1' };
    const begin = call('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
    const begun = await asked('POST', begin, 'made-up');
    assert.equal(begun.status, 200);
    assert.equal(begun.headers.get('mcp-session-id'), null);
    await begun.text();
    const said = async (session?: string) => {
      const answer = await asked('POST', call('tools/list', {}), session);
      return [answer.status, answer.headers.get('mcp-session-id'), await answer.text()];
    };
    assert.deepEqual(await said('made-up'), await said());
    for (const method of ['GET', 'DELETE']) {
      const { status, headers } = await asked(method, undefined, 'made-up');
      assert.ok([400, 404, 405, 406].includes(status), `${method} ${status}`);
      assert.equal(headers.get('mcp-session-id'), null);
    }
  });

  for (const header of [
    'X-HTTP-Method-Override: DELETE',
    'X-Original-URL: /healthz',
    'X-Rewrite-URL: /healthz',
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-User: me',
    'Forwarded: for=127.0.0.1;host=evil.example',
    'X-Real-IP: 10.0.0.1',
  ])
    it(`[attack.http] S a header of a proxy that is not there changes nothing: ${header}`, async () => {
      const plain = await send(post(PING));
      const { status, text } = await send(post(PING, [JSON_BODY, ACCEPT, header]));
      const body = (all: string) => all.slice(all.indexOf('\r\n\r\n'));
      assert.deepEqual([status, body(text)], [plain.status, body(plain.text)]);
    });

  // Each is left after seconds of doing nothing: together they take as long as the longest.
  describe('clients that hold on', { concurrency: true }, () => {
    it('[attack.http] D a client that sends its headers a byte at a time is left', async () => {
      const started = performance.now();
      const { status } = await send('POST /mcp HTTP/1.1\r\nHost: HOST\r\nX-Slow: ', 60_000);
      assert.ok([0, 408].includes(status));
      assert.ok(performance.now() - started > 5_000, 'not refused for another reason');
    });

    it('[attack.http] D clients that never send their body are left; one address does not get all connections, and the next request is served', async () => {
      const idle = `POST /mcp HTTP/1.1\r\nHost: HOST\r\n${JSON_BODY}\r\n${ACCEPT}\r\nContent-Length: 100\r\n\r\n{`;
      const held = Array.from({ length: 40 }, () => send(idle, 120_000));
      const probe = async (path: string): Promise<number> => (await send(get(path))).status;
      const answers = await Promise.all(Array.from({ length: 5 }, () => probe('/nowhere')));
      assert.ok(answers.includes(429), `refused while 40 wait: ${answers.join()}`);
      assert.equal(await probe('/healthz'), 200, 'a balancer hears how we are, whoever asks too much');
      const left = (await Promise.all(held)).map(({ status }) => status).filter((status) => status !== 429);
      assert.ok(left.length > 0 && left.every((status) => [0, 408].includes(status)), left.join());
      assert.equal(await probe('/nowhere'), 404);
    });
  });
});
