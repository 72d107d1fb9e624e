import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import { createGithubConnector, githubConfigSchema } from '@fumikura/connector-github';
import { createLogger } from '@fumikura/logging';
import type { SourceDocument } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';
import type { Simulator } from '../simulators/kit/simulator.ts';
import { quickClock } from './clocks.ts';
import { readRecordings, serveRecorded } from './github-recorded.ts';
import type { Recorded } from './github-recorded.ts';

const folder = new URL('../../../shared/fixtures/github/', import.meta.url);
const skip = existsSync(folder) ? false : 'the recorded payloads are not beside the checkout';
const signal = new AbortController().signal;
const SECRET = 'hook-s3cret';
const lines: string[] = [];

function connectorTo(url: string): Connector {
  const config = githubConfigSchema.parse({
    id: 'github:recorded',
    credential: { token: new Secret('t') },
    apiUrl: url,
    webhookSecret: new Secret(SECRET),
    publicReaders: 'anyone',
  });
  const logger = createLogger('info', (line) => lines.push(line));
  return createGithubConnector(config, { logger, clock: quickClock() }) as Connector;
}

function signed(payload: unknown, event: string, secret = SECRET) {
  const body = new TextEncoder().encode(JSON.stringify(payload));
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const headers = {
    'x-hub-signature-256': signature,
    'x-github-event': event,
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'content-type': 'application/json',
  };
  return { headers, query: {}, body };
}

describe('recorded payloads of GitHub', { skip }, () => {
  let recorded: Recorded;
  let simulator: Simulator;
  const documents = new Map<string, SourceDocument>();
  const readers = new Map<string, readonly string[]>();
  before(async () => {
    recorded = readRecordings(folder);
    simulator = await serveRecorded(recorded);
    for await (const { changes } of connectorTo(simulator.url).pull(undefined, signal))
      for (const change of changes) {
        if (change.kind === 'list') readers.set(change.list.id, change.list.members);
        if (change.kind === 'upsert') documents.set(change.document.externalId, change.document);
      }
  });
  after(() => simulator.close());

  const textOf = async ({ body }: SourceDocument) =>
    body.type === 'content' ? new TextDecoder().decode(await body.read(signal)) : '';

  it('map every issue and pull request to title, text, address, version and times', async () => {
    let count = 0;
    for (const { repository, issues } of recorded.repositories.values())
      for (const [number, issue] of issues) {
        const found = documents.get(`repo/${repository.id}/issue/${number}`);
        assert.ok(found, `${repository.full_name}#${number}`);
        assert.equal(found.title, issue['title']);
        assert.ok(found.version && found.url && found.createdAt && found.updatedAt, found.id);
        const text = await textOf(found);
        assert.ok(text.includes(String(issue['body'] ?? '').trim()), found.id);
        count++;
      }
    assert.ok(count >= 90, `${count} issues and pull requests`);
  });

  it('keep every comment, review and review comment with what it is about', async () => {
    let count = 0;
    for (const { repository, comments, reviewComments, reviews, issues } of recorded.repositories.values())
      for (const said of [...comments, ...reviewComments, ...reviews]) {
        const number = Number(/\/(\d+)$/u.exec(String(said['issue_url'] ?? said['pull_request_url']))?.[1]);
        // Recorded without the issue they are on.
        if (!issues.has(number)) continue;
        const found = documents.get(`repo/${repository.id}/issue/${number}`);
        const body = String(said['body'] ?? '').trim();
        assert.ok(
          found && (await textOf(found)).includes(body),
          `${repository.full_name}#${number}: ${body.slice(0, 60)}`,
        );
        count++;
      }
    assert.ok(count >= 30, `${count} comments`);
  });

  it('map every discussion and every file of the recorded tree, or count it as left out', () => {
    const github = recorded.repositories.get('PyGithub/PyGithub') ?? assert.fail();
    for (const number of github.discussions.keys())
      assert.ok(documents.get(`repo/${github.repository.id}/discussion/${number}`)?.title, String(number));
    assert.ok(github.discussions.size > 40);
    const entries = (github.tree?.['tree'] as { path: string; type: string }[]).filter(
      ({ type }) => type === 'blob',
    );
    const told = entries.filter(({ path }) => documents.has(`repo/${github.repository.id}/file/${path}`));
    const leftOut = lines
      .map((line) => JSON.parse(line) as { event: string; count: number })
      .filter(({ event }) => event === 'github.files.left-out')
      .reduce((sum, { count }) => sum + count, 0);
    assert.ok(entries.length > 50);
    assert.equal(told.length + leftOut, entries.length);
  });

  it('give every repository its readers, or a named reason why it is closed', () => {
    for (const { repository } of recorded.repositories.values()) {
      const members = readers.get(`github:recorded/repo/${repository.id}/readers`);
      assert.ok(members && members.length > 0, repository.full_name);
      if (repository['private'] === false) assert.deepEqual(members, ['anyone']);
    }
    assert.ok(lines.some((line) => line.includes('collaborators not told to our account')));
  });

  it('lead every delivery to an item or a pass, or to nothing for a stated reason', async () => {
    /** Events that change neither an item nor a reader. */
    const nothing: Readonly<Record<string, string>> = {
      create: 'a branch that is read is pushed as well',
      delete: 'a branch that is read is missed by the next run',
      ping: 'says that the webhook works',
      fork: 'the new repository tells of itself',
      gollum: 'wikis are not read',
      org_block: 'blocking a person takes no right to read away',
    };
    const connector = connectorTo(simulator.url);
    for (const { event, payload } of recorded.deliveries) {
      const news = await connector.webhook?.(signed(payload, event));
      assert.ok(news?.deliveryId);
      const leads = news.items.length + news.due.length;
      const isOther = event === 'push' && !String(payload['ref']).startsWith('refs/heads/');
      assert.equal(leads === 0, event in nothing || isOther, `${event} leads to ${leads}`);
      const issue = payload['issue'] ?? payload['pull_request'];
      if (typeof issue === 'object' && issue !== null && 'number' in issue)
        assert.match(news.items[0] ?? '', new RegExp(`/issue/${String(issue.number)}$`, 'u'));
    }
    assert.ok(recorded.deliveries.length > 50);
  });

  it('leads a push to its files where all are named, and to a run where they are not', async () => {
    const connector = connectorTo(simulator.url);
    const repository = { id: 7, full_name: 'acme/a', default_branch: 'main' };
    const commits = [
      { added: ['x y.md'], modified: ['a.md'], removed: ['b.md'] },
      { added: [], modified: ['a.md'], removed: [] },
    ];
    const push = {
      ref: 'refs/heads/main',
      repository,
      forced: false,
      created: false,
      deleted: false,
      commits,
    };
    const news = async (change: object) => {
      const { items, due } =
        (await connector.webhook?.(signed({ ...push, ...change }, 'push'))) ?? assert.fail();
      return { items, due };
    };
    const files = ['x y.md', 'a.md', 'b.md'].map((path) => `github:recorded/repo/7/file/${path}`);
    assert.deepEqual(await news({}), { items: files, due: [] });
    const run = { items: [], due: ['content'] };
    assert.deepEqual(await news({ forced: true }), run);
    assert.deepEqual(await news({ commits: [] }), run);
    assert.deepEqual(await news({ commits: Array.from({ length: 20 }, () => commits[0]) }), run);
    assert.deepEqual(await news({ commits: [{ id: 'without files' }] }), run);
    assert.deepEqual(await news({ ref: 'refs/heads/topic' }), { items: [], due: [] });
  });

  it('refuses deliveries that are forged, altered, unsigned or no JSON, and takes forms', async () => {
    const connector = connectorTo(simulator.url);
    const payload = { action: 'privatized', repository: { id: 7 } };
    const good = signed(payload, 'repository');
    assert.deepEqual((await connector.webhook?.(good))?.due, ['access', 'content']);
    const twice = await connector.webhook?.(good);
    assert.equal(twice?.deliveryId, '72d3162e-cc78-11e3-81ab-4c9367dc0958');
    const { 'x-hub-signature-256': _none, ...unsigned } = good.headers;
    const forged = [
      signed(payload, 'repository', 'another'),
      { ...good, headers: unsigned },
      { ...good, headers: { ...good.headers, 'x-hub-signature-256': 'sha256=00' } },
      { ...good, body: new TextEncoder().encode('{}') },
    ];
    for (const each of forged)
      await assert.rejects(async () => connector.webhook?.(each), { code: 'WEBHOOK_REFUSED' });
    const form = new TextEncoder().encode(
      new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
    );
    const signature = `sha256=${createHmac('sha256', SECRET).update(form).digest('hex')}`;
    const headers = {
      ...good.headers,
      'x-hub-signature-256': signature,
      'content-type': 'application/x-www-form-urlencoded',
    };
    assert.deepEqual((await connector.webhook?.({ headers, query: {}, body: form }))?.due, [
      'access',
      'content',
    ]);
  });
});
