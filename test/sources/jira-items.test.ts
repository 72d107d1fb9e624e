import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { createLogger } from '@fumikura/logging';
import type { Principal, SourceDocument } from '@fumikura/model';
import {
  addAttachment,
  addComment,
  addIssue,
  addProject,
  addScheme,
  addWorklog,
  change,
  moveIssue,
  touch,
} from '../simulators/jira/making.ts';
import { collect, company, documents, ID, signal, Stage, textOf } from './jira-stage.ts';
import { jiraConnector } from './jira-world.ts';

describe('issues of Jira', () => {
  const stage = new Stage();
  afterEach(() => stage.close());

  it('tells the key of a linked issue and of a parent, never what it is about', async () => {
    const { world, project, ours, ada } = company();
    const secret = addProject(world, { key: 'SEC', lead: ada, scheme: addScheme(world, [ours]).id });
    const hidden = addIssue(world, secret, { summary: 'Takeover of Initech' });
    const child = addIssue(world, project, { summary: 'open child', parent: hidden.id });
    child.blocks.add(hidden.id);
    await stage.open(world);
    const found = (await stage.told()).find(({ externalId }) => externalId === `issue/${child.id}`);
    assert.ok(found);
    const everything = `${await textOf(found)} ${JSON.stringify(found)}`;
    assert.ok(everything.includes(`blocks ${hidden.key}`) && !everything.includes('Initech'));
    assert.equal(found.parent, `${ID}/issue/${hidden.id}`);
  });

  for (const deployment of ['cloud', 'data-center'] as const)
    it(`keeps restricted comments of ${deployment} apart, with their own readers`, async () => {
      const { world, project, ada, bob, staff } = company(deployment);
      const desk = addProject(world, {
        key: 'HELP',
        lead: ada,
        kind: 'service_desk',
        scheme: project.scheme,
      });
      desk.roles.set('10002', { users: new Set([world.ourAccount]), groups: new Set() });
      staff.members.add(bob);
      const issue = addIssue(world, project, { summary: 'with comments', description: 'text' });
      for (let n = 0; n < 12; n++) addComment(world, issue, { author: ada, text: `plain ${n} words` });
      const role = { type: 'role', of: '10002' } as const;
      const comment = addComment(world, issue, { author: ada, text: 'for developers', visibility: role });
      const worklog = addWorklog(world, issue, {
        author: ada,
        text: 'for the group',
        visibility: { type: 'group', of: staff.id },
      });
      const ticket = addIssue(world, desk, { summary: 'ticket' });
      const internal = addComment(world, ticket, { author: ada, text: 'among ourselves', isInternal: true });
      staff.members.add(world.ourAccount);
      await stage.open(world, { firstPage: 3 });
      const found = await stage.told();
      const main = await textOf(
        found.find(({ externalId }) => externalId === `issue/${issue.id}`) as SourceDocument,
      );
      assert.ok(
        Array.from({ length: 12 }, (_, n) => `plain ${n} words`).every((words) => main.includes(words)),
      );
      assert.ok(!main.includes('for developers') && !main.includes('for the group'));
      await stage.synced.sync();
      await stage.compare('afterwards');
      const mayRead = (person: string, part: string) =>
        stage.source.mayRead(`user:${ID}:${person}` as Principal, `${ID}/${part}`);
      assert.deepEqual(
        [ada, bob].map((person) => mayRead(person, `issue/${issue.id}/comment/${comment.id}`)),
        [false, true],
      );
      const parts = [
        `issue/${issue.id}/comment/${comment.id}`,
        `issue/${issue.id}/worklog/${worklog.id}`,
        `issue/${ticket.id}/comment/${internal.id}`,
      ];
      assert.ok((await stage.indexed()).join().includes(parts[0] ?? '-'));
      assert.deepEqual((await stage.indexed()).filter((id) => parts.includes(id)).sort(), parts.sort());
      assert.deepEqual(stage.source.simulator.violations, []);
    });

  it('leaves restricted comments out with a count when told to', async () => {
    const { world, project, ada } = company();
    const issue = addIssue(world, project, { summary: 'a' });
    addComment(world, issue, { author: ada, text: 'few', visibility: { type: 'role', of: '10002' } });
    await stage.open(world);
    const lines: string[] = [];
    const connector = jiraConnector(stage.source.simulator.url, 'cloud', {
      config: { restrictedComments: false },
      deps: { logger: createLogger('warn', (line) => lines.push(line)) },
    });
    const found = documents(await collect(connector.pull(undefined, signal)));
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ['issue'],
    );
    assert.ok(!(await textOf(found[0] as SourceDocument)).includes('few'));
    assert.match(lines.join(), /jira\.items\.left-out.*restricted comment.*"count":1/u);
  });

  it('drops a comment, a worklog and a file that are deleted while their issue stays', async () => {
    const { world, project, ada } = company();
    const issue = addIssue(world, project, { summary: 'a' });
    const few = { type: 'role', of: '10002' } as const;
    addComment(world, issue, { author: ada, text: 'few', visibility: few });
    addWorklog(world, issue, { author: ada, text: 'few', visibility: few });
    addAttachment(world, issue, { name: 'a.txt', content: 'words' });
    await stage.open(world);
    await stage.synced.sync();
    assert.equal((await stage.indexed()).length, 4);
    for (const parts of [issue.comments, issue.worklogs, issue.attachments]) parts.splice(0);
    touch(world, issue);
    await stage.synced.sync();
    assert.deepEqual(await stage.indexed(), [`issue/${issue.id}`]);
  });

  it('follows a moved issue by its id, and closes what is for roles of the project it left', async () => {
    const { world, project, ada, ours } = company();
    const there = addProject(world, {
      key: 'OPS',
      lead: ada,
      scheme: addScheme(world, [{ type: 'applicationRole' }, ours]).id,
    });
    there.roles.set('10002', { users: new Set([world.ourAccount]), groups: new Set() });
    const issue = addIssue(world, project, { summary: 'moving' });
    addComment(world, issue, { author: ada, text: 'few', visibility: { type: 'role', of: '10002' } });
    await stage.open(world);
    await stage.synced.sync();
    moveIssue(world, issue, there);
    await stage.synced.sync({ passes: ['access'] });
    assert.deepEqual((await stage.synced.compare()).leaks, []);
    await stage.synced.sync();
    await stage.compare('after the content');
    const found = (await stage.told()).find(({ kind }) => kind === 'issue');
    assert.ok(found?.title.startsWith(issue.key) && found.url.endsWith(`/browse/${issue.key}`));
  });

  it('reads a file without its credentials at another host, and not at all when it is too large', async () => {
    const { world, project } = company();
    const issue = addIssue(world, project, { summary: 'a' });
    addAttachment(world, issue, { name: 'small.txt', content: 'inside the file' });
    addAttachment(world, issue, { name: 'large.txt', content: 'x'.repeat(2_000) });
    addAttachment(world, issue, { name: 'film.mp4', content: 'film' });
    await stage.open(world);
    const connector = jiraConnector(stage.source.simulator.url, 'cloud', { config: { maxFileBytes: 1_000 } });
    const files = documents(await collect(connector.pull(undefined, signal))).filter(
      ({ kind }) => kind === 'attachment',
    );
    const texts = await Promise.all(files.map(textOf));
    assert.match(texts[0] ?? '', /inside the file/u);
    assert.match(texts[1] ?? '', /2000 bytes; at most 1000/u);
    assert.match(texts[2] ?? '', /\(mp4\) is not read/u);
  });

  it('tells who had an issue and when, and finds custom fields by their names', async () => {
    const { world, project, ada, bob } = company();
    const issue = addIssue(world, project, { summary: 'a', description: 'first\n\nsecond' });
    change(world, issue, ada, 'status', 'Done');
    change(world, issue, ada, 'assignee', bob);
    world.fields.set('customfield_1', { id: 'customfield_1', name: 'Severity', kind: 'option' });
    world.fields.set('customfield_2', { id: 'customfield_2', name: 'Release notes', kind: 'rich' });
    issue.custom.set('customfield_1', 'high').set('customfield_2', 'notes of the release');
    await stage.open(world);
    const text = await textOf((await stage.told())[0] as SourceDocument);
    for (const words of [
      'status: To Do → Done',
      'assignee: nobody → bob',
      'Severity',
      'high',
      'Release notes',
      'notes of the release',
      'second',
    ])
      assert.ok(text.includes(words), words);
  });
});
