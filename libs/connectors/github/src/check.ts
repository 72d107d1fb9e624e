import type { SourceCheck } from '@fumikura/ports';
import { AppError } from '@fumikura/errors';
import type { Account, Repository } from './github-types.ts';
import { grantsOf } from './readers.ts';
import type { ClosedReason } from './readers.ts';
import { readRepositories, visibilityOf } from './repositories.ts';
import type { Run } from './run.ts';

type Missing = SourceCheck['missing'][number];

/** Rights of an app, with what is lost without each. */
const RIGHTS: readonly (readonly [
  name: string,
  right: string,
  consequence: string,
  isUsed: (run: Run) => boolean,
])[] = [
  [
    'contents',
    'Contents: read',
    'code and releases cannot be read',
    ({ config }) => config.code || config.releases,
  ],
  ['issues', 'Issues: read', 'issues cannot be read', ({ config }) => config.issues],
  ['pull_requests', 'Pull requests: read', 'reviews cannot be read', ({ config }) => config.issues],
  [
    'discussions',
    'Discussions: read',
    'discussions of private repositories cannot be read',
    ({ config }) => config.discussions,
  ],
  [
    'members',
    'Members: read',
    'nobody of an organisation can be told apart: everything private stays closed',
    () => true,
  ],
];

/** Signs in, lists the repositories, and says what stays closed. */
export async function check(run: Run): Promise<SourceCheck> {
  const installation = await run.client.tokens.installation(run.signal);
  const account = installation ? `app ${installation.app_slug ?? ''}`.trim() : await personOf(run);
  const repositories = await readRepositories(run);
  Object.assign(run.handed, { repositories, at: run.now() });
  return {
    account,
    missing: [
      ...(installation?.permissions
        ? missingRights(run, installation.permissions, repositories)
        : await closedReaders(run, repositories)),
      ...byDesign(repositories),
    ],
    counts: countsOf(repositories),
  };
}

async function personOf({ client, signal }: Run): Promise<string> {
  const { login } = await client.get<Account>('user', {}, signal);
  if (!login) throw new AppError('SOURCE_ANSWER_INVALID', 'transient', 'GitHub does not say who we are');
  return `person ${login}`;
}

function missingRights(
  run: Run,
  permissions: Readonly<Record<string, string>>,
  repositories: readonly Repository[],
): Missing[] {
  const found: Missing[] = RIGHTS.filter(([name, , , isUsed]) => isUsed(run) && !permissions[name]).map(
    ([, right, consequence]) => ({ right, consequence }),
  );
  const isInternal = repositories.some((each) => visibilityOf(each) === 'internal');
  if (isInternal && !run.config.isOneEnterprise)
    found.push(closedTo('enterprise members of other organisations'));
  return found;
}

function closedTo(reason: ClosedReason): Missing {
  return { right: reason, consequence: 'who may read by that alone may not here' };
}

/** Of a person: tried on one private and one internal repository of each owner. */
async function closedReaders(run: Run, repositories: readonly Repository[]): Promise<Missing[]> {
  const kinds = new Map<string, Repository>();
  for (const each of repositories)
    if (visibilityOf(each) !== 'public') kinds.set(`${each.owner.login} ${visibilityOf(each)}`, each);
  const reasons = new Set<ClosedReason>();
  for (const repository of kinds.values())
    for (const reason of (await grantsOf(run, repository)).closed) reasons.add(reason);
  return [...reasons].map(closedTo);
}

function byDesign(repositories: readonly Repository[]): Missing[] {
  const wikis = repositories.filter(({ has_wiki }) => has_wiki).length;
  if (wikis === 0) return [];
  return [{ right: 'wikis', consequence: `${wikis} are not read: the API does not offer them` }];
}

function countsOf(repositories: readonly Repository[]): Record<string, number> {
  const of = (visibility: string) => repositories.filter((each) => visibilityOf(each) === visibility).length;
  return {
    repositories: repositories.length,
    public: of('public'),
    internal: of('internal'),
    private: of('private'),
  };
}
