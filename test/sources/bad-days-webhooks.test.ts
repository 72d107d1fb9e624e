import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import type { DocumentId } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';
import { toAppError } from '@fumikura/errors';
import {
  addContent,
  addSpace,
  emptyWorld as emptyWiki,
  removeContent,
  touch as touchPage,
} from '../simulators/confluence/making.ts';
import { addIssue, addRepository, addUser, emptyWorld as emptyGithub } from '../simulators/github/making.ts';
import { tick } from '../simulators/github/world.ts';
import { addIssue as addTicket, removeIssue, touch } from '../simulators/jira/making.ts';
import { serveWorld as serveConfluence } from './confluence-world.ts';
import { serveGithub } from './github-world.ts';
import { company } from './jira-stage.ts';
import { serveJira } from './jira-world.ts';
import { openSyncedWorld } from './leaks.ts';
import type { SyncedWorld } from './leaks.ts';
import type { SourceWorld } from './source-world.ts';

const SECRET = 'hook-s3cret';
const MEGABYTE = 1_024 * 1_024;

/** Two items of a source, one of which goes, and the deliveries that tell of them. */
interface Hooked {
  readonly source: SourceWorld;
  readonly kept: DocumentId;
  readonly gone: DocumentId;
  /** After the first sync: the kept one has this title, the other is not there any more. */
  readonly change: (title: string) => void;
  readonly tells: (item: DocumentId, event: 'removed' | 'changed') => unknown;
  readonly headers: (body: string) => Readonly<Record<string, string>>;
}

const sha256 = (body: string) => `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
const last = (id: DocumentId) => id.split('/').at(-1) ?? '';

/** SharePoint names no items: what its notices lead to is in its own tests. */
const SOURCES: Readonly<Record<string, () => Promise<Hooked>>> = {
  confluence: async () => {
    const world = emptyWiki('data-center');
    const space = addSpace(world, { key: 'HB' }).id;
    const [kept, gone] = [1, 2].map((n) => addContent(world, { space, title: `page ${n}`, text: 'x' }));
    assert.ok(kept && gone);
    return {
      source: await serveConfluence(world, {}, { webhook: { secret: new Secret(SECRET) } }),
      kept: `confluence:acme/page/${kept.id}`,
      gone: `confluence:acme/page/${gone.id}`,
      change: (title) => {
        touchPage(world, Object.assign(kept, { title }));
        removeContent(world, gone.id, true);
      },
      tells: (item, event) => ({
        event: event === 'removed' ? 'page_removed' : 'page_updated',
        page: { id: Number(last(item)) },
      }),
      headers: (body) => ({ 'x-hub-signature': sha256(body) }),
    };
  },
  github: async () => {
    const world = emptyGithub();
    const repository = addRepository(world, 'acme', 'notes');
    repository.collaborators.set(addUser(world, 'ada').id, 'read');
    const [kept, gone] = [1, 2].map((n) => addIssue(world, repository, `issue ${n}`));
    assert.ok(kept && gone);
    return {
      source: await serveGithub(world),
      kept: `github:acme/repo/${repository.id}/issue/${kept.number}`,
      gone: `github:acme/repo/${repository.id}/issue/${gone.number}`,
      change: (title) => {
        Object.assign(kept, { title, updatedAt: tick(world) });
        repository.issues.delete(gone.number);
      },
      tells: (item, event) => ({
        action: event === 'removed' ? 'deleted' : 'edited',
        repository: { id: repository.id },
        issue: { number: Number(last(item)) },
      }),
      headers: (body) => ({
        'x-hub-signature-256': sha256(body),
        'x-github-event': 'issues',
        'x-github-delivery': createHmac('sha256', 'id').update(body).digest('hex'),
      }),
    };
  },
  jira: async () => {
    const { world, project } = company();
    const [kept, gone] = [1, 2].map((n) => addTicket(world, project, { summary: `issue ${n}` }));
    assert.ok(kept && gone);
    return {
      source: await serveJira(world),
      kept: `jira:acme/issue/${kept.id}`,
      gone: `jira:acme/issue/${gone.id}`,
      change: (title) => {
        kept.summary = title;
        touch(world, kept);
        removeIssue(world, gone.id);
      },
      tells: (item, event) => ({
        webhookEvent: event === 'removed' ? 'jira:issue_deleted' : 'jira:issue_updated',
        issue: { id: last(item) },
      }),
      headers: (body) => ({
        'x-hub-signature': sha256(body),
        'x-atlassian-webhook-identifier': createHmac('sha256', 'id').update(body).digest('hex'),
      }),
    };
  },
};

for (const [name, make] of Object.entries(SOURCES))
  describe(`a webhook of ${name} on a bad day`, () => {
    let hooked: Hooked;
    let synced: SyncedWorld;
    let connector: Connector;
    const open = async () => {
      hooked = await make();
      synced = await openSyncedWorld(hooked.source);
      await synced.sync();
      connector = hooked.source.connector();
    };
    afterEach(async () => {
      await synced.close();
      await hooked.source.close();
    });

    /** As the server takes it, which counts refusals and bodies that are too long. @returns the code of a refusal */
    const deliver = async (body: string, headers = hooked.headers(body)) => {
      try {
        const news = await connector.webhook?.({ headers, query: {}, body: new TextEncoder().encode(body) });
        assert.ok(news);
        await synced.store.catalog.request(connector.id, { ...news, passes: news.due });
        return 'taken';
      } catch (error) {
        return toAppError(error).code;
      }
    };
    const asked = async () =>
      (await synced.store.catalog.requested(connector.id, 100)).flatMap((each) =>
        'item' in each ? [each.item] : [],
      );
    const titleOf = async (id: DocumentId) => (await synced.told(id))?.title;

    it('asks for nothing when its signature is wrong, missing, or of another body', async () => {
      await open();
      const body = JSON.stringify(hooked.tells(hooked.kept, 'removed'));
      const signed = hooked.headers(body);
      const forged = Object.fromEntries(
        Object.entries(signed).map(([header, value]) => [
          header,
          value.replace(/^sha256=.{8}/u, 'sha256=00000000'),
        ]),
      );
      assert.equal(await deliver(body, forged), 'WEBHOOK_REFUSED');
      assert.equal(await deliver(body, {}), 'WEBHOOK_REFUSED');
      assert.equal(await deliver(`${body} `, signed), 'WEBHOOK_REFUSED');
      assert.deepEqual(await asked(), []);
    });

    it('does no harm when it comes again, late and out of order', async () => {
      await open();
      hooked.change('as it is now');
      const removed = JSON.stringify(hooked.tells(hooked.kept, 'removed'));
      const made = JSON.stringify(hooked.tells(hooked.gone, 'changed'));
      const changed = JSON.stringify(hooked.tells(hooked.kept, 'changed'));
      for (const body of [removed, made, changed, changed, removed, made])
        assert.equal(await deliver(body), 'taken');
      assert.deepEqual((await asked()).sort(), [hooked.kept, hooked.gone].sort(), 'each is asked for once');
      await synced.sync({ passes: [] });
      assert.match((await titleOf(hooked.kept)) ?? '', /as it is now/u);
      assert.equal(await titleOf(hooked.gone), undefined);
      assert.deepEqual(await asked(), []);
      assert.equal(await deliver(removed), 'taken');
      await synced.sync({ passes: [] });
      assert.match((await titleOf(hooked.kept)) ?? '', /as it is now/u, 'an old delivery replayed');
    });

    it('may be nine megabytes long', async () => {
      await open();
      const news = hooked.tells(hooked.kept, 'changed') as object;
      const body = JSON.stringify({ ...news, padding: 'x'.repeat(9 * MEGABYTE) });
      assert.equal(await deliver(body), 'taken');
      assert.deepEqual(await asked(), [hooked.kept]);
    });
  });
