import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createHome } from '../e2e/fumi.ts';
import type { Home } from '../e2e/fumi.ts';
import type { Behaviour } from '../simulators/model/behaviours.ts';
import { startModel } from '../simulators/model/server.ts';
import type { ModelEndpoint } from '../simulators/model/server.ts';

/** In the text, the title and the question, and in nothing that we write ourselves. */
const TEXT = 'zanzibarfinch';
const TITLE = 'Quokkalantern';
const ASKED = 'mistralbadger';
const INVENTED = 'ploverengine';
const QUESTION = `Who is responsible for the ${TITLE} system, ${ASKED}?`;
const BODY = `# ${TITLE}\n\nAna Duarte is responsible for the ${TITLE} system. Backups of the ${TITLE} system carry the word ${TEXT}.\n`;

/** One for each way in which something of an answer could get into a log. */
const SPEAKING: readonly Behaviour[] = [
  'inventing',
  'broken-json',
  'half-stream',
  'wrong-key',
  'failing',
  'declining',
];

describe('what is asked and answered stays out of the log', { concurrency: 1 }, () => {
  let home: Home;
  let model: ModelEndpoint;
  let echo: Server;

  before(async () => {
    model = await startModel({ twist: (sentence) => `${sentence} The ${INVENTED} is broken.` });
    // Servers repeat in their errors what they were sent.
    echo = createServer((request, response) => {
      let sent = '';
      request.on('data', (piece) => (sent += String(piece)));
      request.on('end', () => {
        response.writeHead(500, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: { message: `cannot do ${sent}`, type: 'server_error' } }));
      });
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    home = await createHome({ 'system.md': BODY });
    assert.equal((await home.run(['sync'])).code, 0);
  });
  after(async () => {
    await model.close();
    echo.closeAllConnections();
    await new Promise((resolve) => echo.close(resolve));
    await home.remove();
  });

  const configure = (url: string) =>
    home.write(
      'fumikura.yaml',
      `owner: me\nsources:\n  - { id: files:notes, root: ./notes }\nmodel: { url: "${url}", model: ${model.model}, timeoutMs: 5000 }\n`,
    );

  /** Standard error at the level of debugging; the reply itself goes to standard output. */
  async function logged(...args: readonly string[]): Promise<{ log: string; reply: string }> {
    const { stdout, stderr } = await home.run([...args, '--json', '--verbose']);
    return { log: stderr, reply: stdout };
  }

  function clean(log: string, by: string): void {
    for (const word of [TEXT, TITLE, ASKED, INVENTED, 'Ana Duarte', model.key])
      assert.ok(!log.toLowerCase().includes(word.toLowerCase()), `${by}: the log holds ${word}\n${log}`);
  }

  it('logs at the level of debugging, so that silence here means something', async () => {
    const { log } = await logged('sync');
    assert.match(log, /"level":"(?:debug|info)"/u);
  });

  it('without a model', async () => {
    const asked = await logged('ask', QUESTION, '--no-model');
    assert.ok(asked.reply.includes(TITLE), 'there is something that could have been logged');
    clean(asked.log, 'ask');
    clean((await logged('summarize', 'files:notes/system.md', '--no-model')).log, 'summarize');
  });

  it('with a model, whatever it does', async () => {
    await configure(model.baseUrl.href);
    for (const behaviour of SPEAKING) {
      model.behave(behaviour);
      clean((await logged('ask', QUESTION)).log, `ask, ${behaviour}`);
    }
    model.behave('inventing');
    clean((await logged('summarize', 'files:notes/system.md', '--focus', ASKED)).log, 'summarize');
  });

  it('with a server that repeats in its errors what it was sent', async () => {
    await configure(`http://127.0.0.1:${(echo.address() as AddressInfo).port}/v1`);
    const { log, reply } = await logged('ask', QUESTION);
    assert.match(reply, /language model/u, 'it was asked, and failed');
    assert.ok(!reply.includes('cannot do'), 'nor does the reply hold its error');
    clean(log, 'ask');
    clean((await logged('summarize', 'files:notes/system.md')).log, 'summarize');
  });
});
