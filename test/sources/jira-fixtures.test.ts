import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createDocumentPipeline } from '@fumikura/documents';
import { createLogger } from '@fumikura/logging';
import type { SourceDocument } from '@fumikura/model';
import type { Change } from '@fumikura/ports';
import { startSimulator } from '../simulators/kit/simulator.ts';
import type { SimulatedRequest, Simulator } from '../simulators/kit/simulator.ts';
import { jiraConnector } from './jira-world.ts';

const folder = new URL('../../../shared/fixtures/jira/', import.meta.url);
const skip = existsSync(folder) ? false : 'the recorded payloads are not beside the checkout';
const signal = new AbortController().signal;

/** What becomes of each recording; one that is not named here fails. */
const USE: Readonly<Record<string, 'issues' | 'site' | 'not read'>> = {
  'cloud-issues-with-changelog.json': 'issues',
  'cloud-v3-issues.json': 'issues',
  'datacenter-issues.json': 'issues',
  'server-issues-in-sprint.json': 'issues',
  'cloud-changelogs.json': 'site',
  'cloud-projects.json': 'site',
  'cloud-users.json': 'site',
  'cloud-v3-issue-fields.json': 'site',
  'cloud-v3-projects.json': 'site',
  'cloud-v3-users.json': 'site',
  'cloud-worklogs.json': 'site',
  'errors-quoted.json': 'site',
  'server-all-fields.json': 'site',
  'server-no-permissionscheme.json': 'site',
  'server-permissionscheme.json': 'site',
  'server-project.json': 'site',
  'server-role.json': 'site',
  // Of these the issues themselves say what is needed; links to other programs are asked for issue by issue.
  'cloud-remote-links.json': 'not read',
  'cloud-statuses.json': 'not read',
  'server-all-filters.json': 'not read',
  'server-all-priorities.json': 'not read',
  'server-all-statuses.json': 'not read',
  'server-filter.json': 'not read',
  'server-remote-links.json': 'not read',
  'server-search-filters.json': 'not read',
};

interface Recording {
  readonly elements?: readonly unknown[];
  readonly exchanges?: readonly {
    readonly request?: { readonly url?: string };
    readonly response: {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
    };
  }[];
}
interface Issue {
  readonly id: string;
  readonly key: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function recording(file: string): Recording {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Recording;
}

function bodyOf(file: string): unknown {
  return recording(file).exchanges?.[0]?.response.body;
}

interface Site {
  readonly issues: readonly Issue[];
  readonly scheme?: { readonly status: number; readonly body: unknown };
  /** By issue. */
  readonly worklogs?: ReadonlyMap<string, readonly unknown[]>;
}

/** A site whose every answer about issues, fields, schemes, roles and people was recorded. */
async function serve(site: Site): Promise<Simulator> {
  const isAsked = (ids: unknown) => site.issues.filter(({ id }) => (ids as string[]).includes(id));
  const answer = ({ url, body }: SimulatedRequest): unknown => {
    const path = url.pathname.replace(/^\/rest\/api\/\d\//u, '');
    const given = (body ?? {}) as Record<string, unknown>;
    const worklogs = site.worklogs?.get(/^issue\/(\d+)\/worklog$/u.exec(path)?.[1] ?? '');
    if (worklogs) return { worklogs, total: worklogs.length };
    if (path === 'search/jql') return { issues: site.issues.map(({ id }) => ({ id })) };
    if (path === 'search/approximate-count') return { count: site.issues.length };
    if (path === 'search') {
      const issues = Number(given['startAt'] ?? 0) > 0 ? [] : site.issues;
      return { startAt: given['startAt'], total: site.issues.length, issues };
    }
    if (path === 'issue/bulkfetch') return { issues: isAsked(given['issueIdsOrKeys']) };
    if (path === 'changelog/bulkfetch') return { issueChangeLogs: changelogs() };
    if (path === 'field')
      return [
        ...(recording('cloud-v3-issue-fields.json').elements ?? []),
        ...(bodyOf('server-all-fields.json') as unknown[]),
      ];
    if (/^project\/\d+\/role\/\d+$/u.test(path)) return bodyOf('server-role.json');
    if (path.startsWith('users/search')) return url.searchParams.get('startAt') === '0' ? people() : [];
    if (path === 'group/bulk') return { values: [], total: 0 };
    if (path === 'project/search') return { values: projects(), total: projects().length };
    if (path === 'myself') return people()[0];
    if (path === 'project') return projects();
    const comments = /^issue\/(\d+)\/comment$/u.exec(path)?.[1];
    if (comments) return site.issues.find(({ id }) => id === comments)?.fields['comment'];
    return undefined;
  };
  return startSimulator({
    answer: (request) => {
      if (request.url.pathname.endsWith('/permissionscheme')) return site.scheme ?? { status: 404, body: {} };
      const body = answer(request);
      return body === undefined ? undefined : { status: 200, body };
    },
  });
}

function changelogs(): unknown[] {
  return (recording('cloud-changelogs.json').exchanges ?? []).map(({ request, response }) => ({
    issueId: /issue\/(\d+)\//u.exec(request?.url ?? '')?.[1],
    changeHistories: (response.body as { values: unknown[] }).values,
  }));
}

function people(): readonly Record<string, unknown>[] {
  const users = (recording('cloud-users.json').exchanges ?? []).map(({ response }) => response.body);
  return [...(recording('cloud-v3-users.json').elements ?? []), ...users] as Record<string, unknown>[];
}

function projects(): readonly unknown[] {
  return [
    ...(recording('cloud-projects.json').elements ?? []),
    ...(recording('cloud-v3-projects.json').elements ?? []),
    bodyOf('server-project.json'),
  ];
}

function issuesOf(file: string): Issue[] {
  const { elements } = recording(file);
  return (elements ?? (bodyOf(file) as { issues: unknown[] }).issues) as Issue[];
}

interface Read {
  readonly documents: readonly SourceDocument[];
  readonly failed: readonly Change[];
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly warnings: string;
}

async function read(site: Site, deployment: 'cloud' | 'data-center'): Promise<Read> {
  const simulator = await serve(site);
  const lines: string[] = [];
  const connector = jiraConnector(simulator.url, deployment, {
    deps: { logger: createLogger('warn', (line) => lines.push(line)) },
  });
  const changes: Change[] = [];
  try {
    for await (const batch of connector.pull(undefined, signal)) changes.push(...batch.changes);
  } finally {
    await simulator.close();
  }
  return {
    documents: changes.flatMap((each) => (each.kind === 'upsert' ? [each.document] : [])),
    failed: changes.filter(({ kind }) => kind === 'failed'),
    lists: new Map(
      changes.flatMap((each) => (each.kind === 'list' ? [[each.list.id, each.list.members]] : [])),
    ),
    warnings: lines.join(''),
  };
}

/** Words of a recorded text, without the marks of wiki text and without addresses. */
function wordsOf(value: unknown): string[] {
  const text =
    typeof value === 'string'
      ? value
      : JSON.stringify(value ?? '').replace(/"(?:type|text|attrs|content)"/gu, ' ');
  return (
    text
      .replace(/\{[^}]*\}|https?:\S+|\[~[^\]]*\]|![^!\n]+!|\bh[1-6]\.|\bbq\./gu, ' ')
      .match(/[\p{L}\p{N}]{2,}/gu) ?? []
  );
}

describe('recorded payloads of Jira', { skip }, () => {
  it('are all named', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    assert.deepEqual(
      files.filter((name) => !(name in USE)),
      [],
    );
  });

  for (const file of Object.keys(USE).filter((name) => USE[name] === 'issues'))
    it(`map every issue of ${file} to title, text, address, version, times and readers`, async () => {
      const deployment = file.startsWith('cloud') ? 'cloud' : 'data-center';
      const issues = issuesOf(file);
      const scheme = { status: 200, body: bodyOf('server-permissionscheme.json') };
      const { documents, failed, lists, warnings } = await read({ issues, scheme }, deployment);
      assert.deepEqual(failed, []);
      const pipeline = createDocumentPipeline({ workers: 1 });
      for (const { id, key, fields } of issues) {
        const document = documents.find(({ externalId }) => externalId === `issue/${id}`);
        assert.ok(document, key);
        const { title, url, version, createdAt, updatedAt, acl, body } = document;
        assert.ok(title.startsWith(key) && url.endsWith(`/browse/${key}`) && version !== '', key);
        if (fields['created']) assert.ok(createdAt && updatedAt, `${key} has times`);
        assert.ok(acl.allow.length > 0 && acl.allow.every((list) => lists.has(list)), `${key} has readers`);
        assert.ok(body.type === 'content');
        const bytes = await body.read(signal);
        const { text } = await pipeline.prepare(
          { fileName: body.fileName, bytes, ...(body.mediaType && { mediaType: body.mediaType }) },
          signal,
        );
        const wanted = wordsOf(fields['description']);
        const kept = wanted.filter((word) => text.includes(word));
        assert.ok(kept.length >= 0.98 * wanted.length, `${key}: ${kept.length} of ${wanted.length} words`);
      }
      await pipeline.close();
      assert.equal(new Set(documents.map(({ id }) => id)).size, documents.length);
      // The scheme was recorded at a server: it names groups, which have no ids there, and one role.
      const members = [...lists.values()].flat();
      if (deployment === 'cloud')
        assert.match(
          warnings,
          /group without an id.*unknown actor of a role|unknown actor of a role.*group without an id/su,
        );
      else
        assert.ok(
          members.includes('group:jira:acme:foobargroup') &&
            members.includes('group:jira:acme:jira-administrators'),
        );
    });

  it('close what a refused scheme would say, by name', async () => {
    const [refusal] = recording('server-no-permissionscheme.json').exchanges ?? [];
    assert.ok(refusal);
    const { status } = refusal.response;
    const scheme = { status: status >= 400 ? status : 403, body: refusal.response.body };
    const { lists, warnings } = await read(
      { issues: issuesOf('datacenter-issues.json'), scheme },
      'data-center',
    );
    assert.deepEqual([...new Set([...lists.values()].flat())], []);
    assert.match(warnings, /permission scheme not readable/u);
  });

  it('keep worklogs and history', async () => {
    const worklogs = new Map(
      (recording('cloud-worklogs.json').exchanges ?? []).map(({ request, response }) => [
        /issue\/(\d+)\//u.exec(request?.url ?? '')?.[1] ?? '',
        (response.body as { worklogs: { comment?: unknown; timeSpent?: string }[] }).worklogs,
      ]),
    );
    const changed = (changelogs() as { issueId: string }[]).map(({ issueId }) => issueId);
    const issues = [...new Set([...worklogs.keys(), ...changed])].map((id) => ({
      id,
      key: `EE-${id}`,
      fields: {
        project: { id: '10007', key: 'EE' },
        worklog: { total: worklogs.get(id)?.length ?? 0, worklogs: [] },
      },
    }));
    const { documents, failed } = await read({ issues, worklogs }, 'cloud');
    assert.deepEqual(failed, []);
    for (const document of documents) {
      assert.ok(document.body.type === 'content');
      const text = new TextDecoder().decode(await document.body.read(signal));
      const id = document.externalId.split('/')[1] ?? '';
      for (const { comment, timeSpent } of worklogs.get(id) ?? []) {
        assert.ok(timeSpent && text.includes(timeSpent));
        for (const word of wordsOf(comment)) assert.ok(text.includes(word), word);
      }
      if (changed.includes(id)) assert.match(text, /status: .+ → /u);
    }
  });

  it('make accounts of people, and none of them verified by its address', async () => {
    const simulator = await serve({ issues: [] });
    const accounts = [];
    for await (const part of jiraConnector(simulator.url).directory?.(signal) ?? [])
      accounts.push(...(part.accounts ?? []));
    await simulator.close();
    const known = people().filter(({ accountId }) => typeof accountId === 'string' && accountId !== '');
    assert.ok(known.length > 20);
    assert.equal(accounts.length, known.length);
    assert.ok(accounts.every(({ email }) => !email?.isVerified));
    assert.ok(
      accounts.some(({ isPerson }) => !isPerson),
      'apps are nobody',
    );
  });

  it('wait and refuse as the quoted errors say', async () => {
    for (const { response } of recording('errors-quoted.json').exchanges ?? []) {
      const simulator = await serve({ issues: [] });
      for (let n = 0; n < 50; n++)
        simulator.respondNext(
          {
            status: response.status,
            body: response.body ?? {},
            ...(response.headers && { headers: response.headers }),
          },
          ({ url }) => url.pathname.endsWith('/search/jql'),
        );
      const kind = response.status === 429 ? 'rate-limited' : 'not-found';
      await assert.rejects(
        async () => {
          for await (const _batch of jiraConnector(simulator.url).pull(undefined, signal));
        },
        { kind },
      );
      await simulator.close();
    }
  });
});
