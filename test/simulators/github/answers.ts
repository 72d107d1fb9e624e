import type { compareCommits } from './git.ts';
import { isAtLeast } from './rights.ts';
import type {
  GithubWorld,
  Role,
  SimulatedOrganisation,
  SimulatedRepository,
  SimulatedTeam,
  SimulatedUser,
} from './world.ts';

/** Makes the objects of the API; `api` and `web` are where they point to. */
export interface Answers {
  readonly world: GithubWorld;
  readonly api: string;
  readonly web: string;
}

export function nodeId(kind: string, id: number): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url');
}

/** `<name>_url` for each name, pointing below an address. */
export function urls(base: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [`${name}_url`, `${base}/${name}`]));
}

export function userAnswer({ api, web }: Answers, { id, login }: SimulatedUser) {
  return {
    login,
    id,
    node_id: nodeId('User', id),
    gravatar_id: '',
    avatar_url: `${web}/avatars/${id}`,
    url: `${api}/users/${login}`,
    html_url: `${web}/${login}`,
    ...urls(`${api}/users/${login}`, 'followers following gists starred subscriptions organizations repos'),
    ...urls(`${api}/users/${login}`, 'events received_events'),
    type: 'User',
    site_admin: false,
  };
}

function organisationAsUser(answers: Answers, { id, login }: SimulatedOrganisation) {
  const user = userAnswer(answers, { id, login, name: null });
  return { ...user, node_id: nodeId('Organization', id), type: 'Organization' };
}

export function authorAnswer(answers: Answers, author: number | null) {
  const user = author === null ? undefined : answers.world.users.get(author);
  return user ? userAnswer(answers, user) : null;
}

export function privateUserAnswer(answers: Answers, user: SimulatedUser) {
  return {
    ...userAnswer(answers, user),
    name: user.name,
    email: user.email ?? null,
    company: null,
    blog: null,
    location: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: '2020-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    private_gists: 0,
    total_private_repos: 0,
    owned_private_repos: 0,
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: true,
  };
}

export function fullName({ owner, name }: SimulatedRepository): string {
  return `${owner}/${name}`;
}

const REPOSITORY_URLS =
  'archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees clone git ssh svn';

export function repositoryAnswer(answers: Answers, repository: SimulatedRepository, role: Role | 'none') {
  const { world, api, web } = answers;
  const organisation = world.organisations.get(repository.owner);
  const person = [...world.users.values()].find(({ login }) => login === repository.owner);
  const base = `${api}/repos/${fullName(repository)}`;
  const html = `${web}/${fullName(repository)}`;
  const open = [...repository.issues.values()].filter(({ state }) => state === 'open').length;
  const has = (least: Role) => isAtLeast(role, least);
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: fullName(repository),
    owner: organisation
      ? organisationAsUser(answers, organisation)
      : userAnswer(answers, person ?? { id: 0, login: repository.owner, name: null }),
    private: repository.visibility !== 'public',
    visibility: repository.visibility,
    description: null,
    fork: false,
    url: base,
    html_url: html,
    ...urls(base, REPOSITORY_URLS),
    homepage: null,
    language: null,
    mirror_url: null,
    license: null,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    size: repository.branches.size === 0 ? 0 : 12,
    default_branch: repository.defaultBranch,
    open_issues: open,
    open_issues_count: open,
    has_issues: repository.hasIssues,
    has_pull_requests: repository.hasPulls,
    has_discussions: repository.hasDiscussions,
    has_wiki: repository.hasWiki,
    has_projects: false,
    has_pages: false,
    has_downloads: false,
    archived: false,
    disabled: false,
    pushed_at: repository.pushedAt,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: repository.pushedAt,
    permissions: {
      admin: has('admin'),
      maintain: has('maintain'),
      push: has('write'),
      triage: has('triage'),
      pull: has('read'),
    },
  };
}

export function fullRepositoryAnswer(answers: Answers, repository: SimulatedRepository, role: Role | 'none') {
  return { ...repositoryAnswer(answers, repository, role), network_count: 0, subscribers_count: 0 };
}

export function organisationAnswer(
  { api, web }: Answers,
  { id, login, basePermission }: SimulatedOrganisation,
  seesBase: boolean,
) {
  return {
    login,
    id,
    node_id: nodeId('Organization', id),
    url: `${api}/orgs/${login}`,
    ...urls(`${api}/orgs/${login}`, 'repos events hooks issues members public_members'),
    avatar_url: `${web}/avatars/${id}`,
    html_url: `${web}/${login}`,
    description: null,
    has_organization_projects: false,
    has_repository_projects: false,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    type: 'Organization',
    created_at: '2020-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    archived_at: null,
    ...(seesBase && { default_repository_permission: basePermission }),
  };
}

export function teamAnswer({ api, web }: Answers, organisation: SimulatedOrganisation, team: SimulatedTeam) {
  const simple = ({ id, slug, name, isSecret }: SimulatedTeam) => ({
    id,
    node_id: nodeId('Team', id),
    slug,
    name,
    description: null,
    privacy: isSecret ? 'secret' : 'closed',
    permission: 'pull',
    type: 'organization',
    organization_id: organisation.id,
    url: `${api}/organizations/${organisation.id}/team/${id}`,
    html_url: `${web}/orgs/${organisation.login}/teams/${slug}`,
    ...urls(`${api}/organizations/${organisation.id}/team/${id}`, 'members repositories'),
  });
  const parent = team.parent === undefined ? undefined : organisation.teams.get(team.parent);
  return { ...simple(team), parent: parent ? simple(parent) : null };
}

export function collaboratorAnswer(answers: Answers, user: SimulatedUser, role: Role) {
  return {
    ...userAnswer(answers, user),
    role_name: role,
    permissions: {
      pull: true,
      triage: isAtLeast(role, 'triage'),
      push: isAtLeast(role, 'write'),
      maintain: isAtLeast(role, 'maintain'),
      admin: isAtLeast(role, 'admin'),
    },
  };
}

export function comparisonAnswer(
  answers: Answers,
  repository: SimulatedRepository,
  found: NonNullable<ReturnType<typeof compareCommits>>,
) {
  const url = `${answers.api}/repos/${fullName(repository)}/compare/${found.from.sha}...${found.to.sha}`;
  const commit = (sha: string) => ({
    sha,
    node_id: nodeId('Commit', 1),
    url: `${answers.api}/repos/${fullName(repository)}/commits/${sha}`,
    ...urls(`${answers.web}/${fullName(repository)}/commit/${sha}`, 'html comments'),
    commit: {
      url: `${answers.api}/repos/${fullName(repository)}/git/commits/${sha}`,
      author: null,
      committer: null,
      message: 'a change',
      comment_count: 0,
      tree: { sha, url: `${answers.api}/repos/${fullName(repository)}/git/trees/${sha}` },
    },
    author: null,
    committer: null,
    parents: [],
  });
  return {
    url,
    ...urls(url, 'html permalink diff patch'),
    base_commit: commit(found.from.sha),
    merge_base_commit: commit(found.from.sha),
    status: found.status,
    ahead_by: found.ahead,
    behind_by: 0,
    total_commits: found.ahead,
    commits: [],
    files: found.changed.slice(0, 300).map(({ path, status, sha }) => ({
      sha,
      filename: path,
      status,
      additions: 1,
      deletions: 0,
      changes: 1,
      blob_url: url,
      raw_url: url,
      contents_url: url,
    })),
  };
}

export function branchAnswer(answers: Answers, repository: SimulatedRepository, name: string, sha: string) {
  const url = `${answers.api}/repos/${fullName(repository)}/branches/${name}`;
  const { base_commit: commit } = comparisonAnswer(answers, repository, {
    status: 'identical',
    ahead: 0,
    from: { sha, files: new Map() },
    to: { sha, files: new Map() },
    changed: [],
  });
  return {
    name,
    commit,
    protected: false,
    protection: { enabled: false },
    protection_url: `${url}/protection`,
    _links: { html: url, self: url },
  };
}
