import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createHttpClient, createPolicedFetch } from '@fumikura/http';

/** Addresses that a source outside must not send us to. */
const INSIDE = [
  '127.0.0.1',
  '127.1.2.3',
  '0.0.0.0',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.254',
  '172.16.0.1',
  '172.31.255.1',
  '192.168.1.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '[::1]',
  '[::]',
  '[fc00::1]',
  '[fd12:3456::1]',
  '[ff02::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:10.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  'localhost',
  // Written so that only a parser of addresses knows them.
  '2130706433',
  '0x7f000001',
  '017700000001',
  '127.1',
  '0x7f.1',
];
/** Where machines keep their credentials: refused even to a source that lives inside. */
const NEVER = [
  '169.254.169.254',
  '169.254.170.2',
  '[fe80::1]',
  '[fd00:ec2::254]',
  '100.100.100.200',
  '[::ffff:169.254.169.254]',
  '[::ffff:a9fe:a9fe]',
];

/** A source of which only the first answer matters: what we would be sent to is never asked. */
function redirecting(location: string, home: string) {
  const asked: string[] = [];
  const policed = createPolicedFetch({
    home: new URL(home),
    userAgent: 'test',
    attempts: 1,
    fetch: async (input) => {
      const url = String(input instanceof Request ? input.url : input);
      asked.push(url);
      return asked.length === 1
        ? new Response(null, { status: 302, headers: { location } })
        : new Response('secret of the inner network');
    },
  });
  return { asked, get: () => policed(`${home}/page`) };
}

const refused = { code: 'SOURCE_REDIRECT_REFUSED' };

describe('a source that sends us elsewhere', () => {
  for (const address of [...INSIDE, ...NEVER])
    it(`[attack.outbound] does not reach ${address} from outside`, async () => {
      const { asked, get } = redirecting(`https://${address}/latest/meta-data`, 'https://203.0.113.7');
      await assert.rejects(get(), refused);
      assert.equal(asked.length, 1);
    });

  for (const address of NEVER)
    it(`[attack.outbound] does not reach ${address} from inside either`, async () => {
      const { asked, get } = redirecting(`http://${address}/`, 'http://10.1.2.3');
      await assert.rejects(get(), refused);
      assert.equal(asked.length, 1);
    });

  for (const location of [
    'http://203.0.113.9/',
    'file:///etc/passwd',
    'ftp://203.0.113.9/',
    'data:text/html,x',
    'javascript:x',
    'https://[',
    '//[::1]/',
  ])
    it(`[attack.outbound] does not follow to ${location}`, async () => {
      const { asked, get } = redirecting(location, 'https://203.0.113.7');
      await assert.rejects(get(), refused);
      assert.equal(asked.length, 1);
    });

  it('[attack.outbound] may send us to another public address, without what proves who we are', async () => {
    const seen: (string | null)[] = [];
    const policed = createPolicedFetch({
      home: new URL('https://203.0.113.7'),
      userAgent: 'test',
      fetch: async (_input, init) => {
        seen.push(new Headers(init?.headers).get('authorization'));
        return seen.length === 1
          ? new Response(null, { status: 302, headers: { location: 'https://203.0.113.9/file' } })
          : new Response('a file');
      },
    });
    const answer = await policed('https://203.0.113.7/x', { headers: { authorization: 'Bearer own' } });
    assert.equal(await answer.text(), 'a file');
    assert.deepEqual(seen, ['Bearer own', null]);
  });

  for (const path of [
    'https://evil.example/next',
    '//evil.example/next',
    'https://source.example:8443/',
    'https://source.example@evil.example/',
    '\\\\evil.example/next',
  ])
    it(`[attack.outbound] does not name its next page as ${path}`, async () => {
      let asked = 0;
      const client = createHttpClient({
        baseUrl: new URL('https://source.example/'),
        fetch: async () => {
          asked++;
          return Response.json({});
        },
        authorise: async () => ({ authorization: 'Bearer own' }),
      });
      await assert.rejects(client.json({ path, signal: AbortSignal.timeout(60_000) }), refused);
      assert.equal(asked, 0);
    });
});

describe('a name that stands for another address when it is connected to', () => {
  let server: Server;
  let asked = 0;
  before(async () => {
    server = createServer((_request, response) => {
      asked++;
      response.end('secret of the inner network');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  /** The first answer sends us to a name; what it stands for is told anew each time it is asked. */
  const followed = (home: string, answers: readonly string[]) => {
    const { port } = server.address() as AddressInfo;
    const said = [...answers];
    let requests = 0;
    const policed = createPolicedFetch({
      home: new URL(home),
      ...{ userAgent: 'test', attempts: 1 },
      resolve: async (name) => (name === 'rebound.example' ? [said.shift() ?? '127.0.0.1'] : ['203.0.113.7']),
      fetch: async (input, init) =>
        requests++ === 0
          ? new Response(null, { status: 302, headers: { location: `http://rebound.example:${port}/` } })
          : fetch(input, init),
    });
    return policed(`${home}/page`);
  };

  for (const [how, address] of [
    ['this machine', '127.0.0.1'],
    ['the credentials of a cloud', '169.254.169.254'],
    ['the inner network', '10.0.0.1'],
  ] as const)
    it(`[attack.outbound] does not lead to ${how}`, async () => {
      await assert.rejects(followed('http://source.example', ['203.0.113.9', address]), refused);
      assert.equal(asked, 0);
    });

  it('[attack.outbound] leads inside where the source itself lives inside', async () => {
    const answer = await followed('http://127.0.0.1', ['127.0.0.1', '127.0.0.1']);
    assert.equal(await answer.text(), 'secret of the inner network');
    await assert.rejects(followed('http://127.0.0.1', ['127.0.0.1', '169.254.169.254']), refused);
    assert.equal(asked, 1);
  });
});

describe('a source that answers too much', () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  before(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const get = async (policy: { timeoutMs?: number; maxResponseBytes?: number } = {}) => {
    const home = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const policed = createPolicedFetch({ home, userAgent: 'test', attempts: 1, ...policy });
    return (await policed(home)).text();
  };
  const tooLarge = (error: unknown) =>
    /SOURCE_ANSWER_TOO_LARGE|larger than/u.test(String((error as { code?: string }).code) + String(error));

  it('[attack.outbound] is cut when little becomes much (gzip)', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    assert.ok(bomb.length < 100_000);
    answer = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    await assert.rejects(get({ maxResponseBytes: 1_000_000 }), tooLarge);
  });

  it('[attack.outbound] is cut when it says its length, and when it does not', async () => {
    answer = (_, response) => response.end(Buffer.alloc(2_000_000));
    await assert.rejects(get({ maxResponseBytes: 1_000_000 }), tooLarge);
    answer = (_, response) => {
      for (let part = 0; part < 20; part++) response.write(Buffer.alloc(100_000));
      response.end();
    };
    await assert.rejects(get({ maxResponseBytes: 1_000_000 }), tooLarge);
  });

  it('[attack.outbound] is left when it sends a byte now and then', async () => {
    const timers: NodeJS.Timeout[] = [];
    answer = (_, response) => void timers.push(setInterval(() => response.write('x'), 20));
    await assert.rejects(get({ timeoutMs: 300 }));
    for (const timer of timers) clearInterval(timer);
  });

  it('[attack.outbound] is left when it sends us in a circle', async () => {
    answer = (_, response) => response.writeHead(302, { location: '/again' }).end();
    await assert.rejects(get(), refused);
  });
});
