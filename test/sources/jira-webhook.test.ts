import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { addIssue } from '../simulators/jira/making.ts';
import { collect, company, ID, signal } from './jira-stage.ts';
import { jiraConnector, serveJira } from './jira-world.ts';

describe('deliveries of Jira', () => {
  const connector = jiraConnector('http://127.0.0.1:9');
  const deliver = (event: unknown, secret = 'hook-s3cret', headers = {}) => {
    const body = new TextEncoder().encode(typeof event === 'string' ? event : JSON.stringify(event));
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    return connector.webhook?.({ headers: { 'x-hub-signature': signature, ...headers }, query: {}, body });
  };
  const issue = { id: '10001', key: 'PAY-1' };

  it('name the issue to read again, and themselves', async () => {
    const news = await deliver({ webhookEvent: 'jira:issue_updated', issue }, undefined, {
      'x-atlassian-webhook-identifier': 'd-1',
    });
    assert.deepEqual(news, { deliveryId: 'd-1', items: [`${ID}/issue/10001`], due: [] });
    const worklog = await deliver({
      webhookEvent: 'worklog_deleted',
      worklog: { id: '5', issueId: '10002' },
    });
    assert.deepEqual(worklog?.items, [`${ID}/issue/10002`]);
    const link = await deliver({
      webhookEvent: 'issuelink_created',
      issueLink: { sourceIssueId: 10_003, destinationIssueId: 10_004 },
    });
    assert.deepEqual(link?.items, [`${ID}/issue/10003`, `${ID}/issue/10004`]);
  });

  it('make passes due when they are of more than an issue', async () => {
    assert.deepEqual((await deliver({ webhookEvent: 'project_updated' }))?.due, [
      'content',
      'access',
      'census',
    ]);
    assert.deepEqual((await deliver({ webhookEvent: 'user_deleted' }))?.due, ['directory']);
    assert.deepEqual((await deliver({ webhookEvent: 'unheard_of', issue: { id: '../1' } }))?.due, [
      'content',
    ]);
  });

  it('are refused when they are forged or not what they should be', async () => {
    const refused = { code: 'WEBHOOK_REFUSED' };
    const event = { webhookEvent: 'jira:issue_updated', issue };
    await assert.rejects(async () => deliver(event, 'other'), refused);
    await assert.rejects(async () => deliver(event, undefined, { 'x-hub-signature': undefined }), refused);
    await assert.rejects(async () => deliver(event, undefined, { 'x-hub-signature': 'sha256=' }), refused);
    await assert.rejects(async () => deliver('{'), refused);
    await assert.rejects(async () => deliver([event]), refused);
  });

  it('lead to the issue as it is now, and to its removal when it is gone', async () => {
    const { world, project } = company();
    const here = addIssue(world, project, { summary: 'here' });
    const source = await serveJira(world);
    // The search does not know it yet.
    world.lagging.set(here.id, undefined);
    const ids = [`${ID}/issue/${here.id}/comment/9`, `${ID}/issue/${here.id}`, `${ID}/issue/999`];
    const changes = (await collect(source.connector().refresh?.(ids, signal))).flat();
    assert.deepEqual(changes.map(({ kind }) => kind).sort(), ['list', 'remove', 'upsert']);
    await assert.rejects(collect(source.connector().refresh?.(['jira:other/issue/1'], signal)), {
      code: 'INVALID_ARGUMENT',
    });
    assert.deepEqual(source.simulator.violations, []);
    await source.close();
  });
});
