import { createHash } from 'node:crypto';

/** An enterprise on GitHub in memory: people, organisations with teams, repositories with everything in them. */
export interface SimulatedUser {
  readonly id: number;
  login: string;
  name: string | null;
  /** Shown on the profile; hidden when absent. */
  email?: string;
  /** Verified by GitHub, in domains that the organisation has verified. */
  verified?: readonly string[];
  /** What the organisation's sign-in service calls them. */
  nameId?: string;
}

export type Role = 'read' | 'triage' | 'write' | 'maintain' | 'admin';

export interface SimulatedTeam {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  parent?: number;
  isSecret: boolean;
  /** Direct members; those of child teams count as members too. */
  readonly members: Set<number>;
}

export interface SimulatedOrganisation {
  readonly id: number;
  login: string;
  /** Of the enterprise that the internal repositories are open to. */
  readonly enterprise: string;
  basePermission: 'none' | 'read' | 'write' | 'admin';
  readonly members: Map<number, 'admin' | 'member'>;
  readonly teams: Map<number, SimulatedTeam>;
  /** Members sign in at a service of the organisation's own. */
  hasSignIn?: boolean;
  /** Our account is refused what proves who members are. */
  hidesIdentities?: boolean;
}

export interface SimulatedFile {
  readonly kind: 'file' | 'symlink' | 'submodule';
  readonly bytes: Buffer;
  /** Not in archives: `export-ignore`, or its text replaced there. */
  readonly archived?: 'left-out' | 'altered';
}

export interface SimulatedCommit {
  readonly sha: string;
  readonly parent?: string;
  readonly files: ReadonlyMap<string, SimulatedFile>;
}

export interface SimulatedComment {
  readonly id: number;
  readonly author: number | null;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
  /** Of review comments. */
  readonly path?: string;
}

export interface SimulatedReview {
  readonly id: number;
  readonly author: number | null;
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'PENDING';
  readonly body: string;
  readonly submittedAt: string;
}

export interface SimulatedIssue {
  readonly number: number;
  readonly isPull: boolean;
  title: string;
  body: string | null;
  readonly author: number | null;
  state: 'open' | 'closed';
  labels: string[];
  readonly createdAt: string;
  updatedAt: string;
  readonly comments: SimulatedComment[];
  readonly reviewComments: SimulatedComment[];
  readonly reviews: SimulatedReview[];
}

export interface SimulatedDiscussion {
  readonly number: number;
  title: string;
  body: string;
  readonly author: number | null;
  readonly category: string;
  readonly createdAt: string;
  updatedAt: string;
  readonly comments: (SimulatedComment & { readonly replies: SimulatedComment[]; isAnswer: boolean })[];
}

export interface SimulatedRelease {
  readonly id: number;
  readonly tag: string;
  name: string | null;
  body: string | null;
  isDraft: boolean;
  readonly createdAt: string;
}

export interface SimulatedRepository {
  readonly id: number;
  name: string;
  /** Login of an organisation or of a person. */
  owner: string;
  visibility: 'public' | 'internal' | 'private';
  defaultBranch: string;
  /** Branch → commit; none of them in an empty repository. */
  readonly branches: Map<string, string>;
  /** A commit that was collected as garbage is missing. */
  readonly commits: Map<string, SimulatedCommit>;
  hasIssues: boolean;
  hasPulls: boolean;
  hasDiscussions: boolean;
  hasWiki: boolean;
  readonly issues: Map<number, SimulatedIssue>;
  readonly discussions: Map<number, SimulatedDiscussion>;
  readonly releases: Map<number, SimulatedRelease>;
  readonly teams: Map<number, Role>;
  readonly collaborators: Map<number, Role>;
  /** Asked and not accepted yet: no access. */
  readonly invited: Map<number, Role>;
  /** `owner/name` it had before. */
  readonly formerNames: Set<string>;
  /** Issue number → where it went. */
  readonly transferred: Map<number, { readonly repository: number; readonly number: number }>;
  lastNumber: number;
  pushedAt: string;
}

export type Account =
  | {
      readonly kind: 'app';
      /** Whose installation it is. */
      readonly organisation: string;
      readonly repositories: 'all' | Set<number>;
      /** Whether the base permission of the organisation is told. */
      seesBasePermission: boolean;
    }
  | { readonly kind: 'token'; readonly user: number };

export interface GithubWorld {
  readonly users: Map<number, SimulatedUser>;
  readonly organisations: Map<string, SimulatedOrganisation>;
  readonly repositories: Map<number, SimulatedRepository>;
  account: Account;
  /** Milliseconds since 1970; moves with each change. */
  now: number;
  lastId: number;
}

/** An enterprise with one organisation, read by an app that covers all of it. */
export function emptyWorld(login = 'acme'): GithubWorld {
  const world: GithubWorld = {
    users: new Map(),
    organisations: new Map(),
    repositories: new Map(),
    account: { kind: 'app', organisation: login, repositories: 'all', seesBasePermission: true },
    now: Date.parse('2026-01-05T09:00:00Z'),
    lastId: 1_000,
  };
  addOrganisation(world, login);
  return world;
}

export function nextId(world: GithubWorld): number {
  return ++world.lastId;
}

/** The time of a change, a second after the one before it unless they share theirs. */
export function tick(world: GithubWorld, ms = 1_000): string {
  world.now += ms;
  return new Date(world.now).toISOString().replace('.000Z', 'Z');
}

export function addUser(world: GithubWorld, login: string, more: Partial<SimulatedUser> = {}): SimulatedUser {
  const user: SimulatedUser = { id: nextId(world), login, name: null, ...more };
  world.users.set(user.id, user);
  return user;
}

export function addOrganisation(
  world: GithubWorld,
  login: string,
  more: Partial<SimulatedOrganisation> = {},
): SimulatedOrganisation {
  const organisation: SimulatedOrganisation = {
    id: nextId(world),
    login,
    enterprise: 'acme-enterprise',
    basePermission: 'read',
    members: new Map(),
    teams: new Map(),
    ...more,
  };
  world.organisations.set(login, organisation);
  return organisation;
}

export function addTeam(
  world: GithubWorld,
  organisation: SimulatedOrganisation,
  slug: string,
  more: Partial<SimulatedTeam> = {},
): SimulatedTeam {
  const team: SimulatedTeam = {
    id: nextId(world),
    slug,
    name: slug,
    isSecret: false,
    members: new Set(),
    ...more,
  };
  organisation.teams.set(team.id, team);
  return team;
}

export function addRepository(
  world: GithubWorld,
  owner: string,
  name: string,
  more: Partial<SimulatedRepository> = {},
): SimulatedRepository {
  const repository: SimulatedRepository = {
    id: nextId(world),
    name,
    owner,
    visibility: 'private',
    defaultBranch: 'main',
    branches: new Map(),
    commits: new Map(),
    hasIssues: true,
    hasPulls: true,
    hasDiscussions: true,
    hasWiki: false,
    issues: new Map(),
    discussions: new Map(),
    releases: new Map(),
    teams: new Map(),
    collaborators: new Map(),
    invited: new Map(),
    formerNames: new Set(),
    transferred: new Map(),
    lastNumber: 0,
    pushedAt: tick(world),
    ...more,
  };
  world.repositories.set(repository.id, repository);
  return repository;
}

export function file(content: string | Buffer, more: Partial<SimulatedFile> = {}): SimulatedFile {
  return { kind: 'file', bytes: Buffer.from(content), ...more };
}

export function filesOf(
  repository: SimulatedRepository,
  branch = repository.defaultBranch,
): ReadonlyMap<string, SimulatedFile> {
  return repository.commits.get(repository.branches.get(branch) ?? '')?.files ?? new Map();
}

/** A commit on a branch; undefined takes a file away. Forced: its history does not hold the one before. */
export function push(
  world: GithubWorld,
  repository: SimulatedRepository,
  changes: Readonly<Record<string, string | SimulatedFile | undefined>>,
  { branch = repository.defaultBranch, isForced = false } = {},
): SimulatedCommit {
  const before = repository.branches.get(branch);
  const files = new Map(filesOf(repository, branch));
  for (const [path, change] of Object.entries(changes))
    if (change === undefined) files.delete(path);
    else files.set(path, typeof change === 'string' ? file(change) : change);
  const commit: SimulatedCommit = {
    sha: createHash('sha1')
      .update(`${repository.id}/${nextId(world)}`)
      .digest('hex'),
    ...(before !== undefined && !isForced && { parent: before }),
    files,
  };
  repository.commits.set(commit.sha, commit);
  repository.branches.set(branch, commit.sha);
  repository.pushedAt = tick(world);
  return commit;
}

export function addIssue(
  world: GithubWorld,
  repository: SimulatedRepository,
  title: string,
  more: Partial<SimulatedIssue> = {},
): SimulatedIssue {
  const at = tick(world);
  const issue: SimulatedIssue = {
    number: ++repository.lastNumber,
    isPull: false,
    title,
    body: null,
    author: null,
    state: 'open',
    labels: [],
    createdAt: at,
    updatedAt: at,
    comments: [],
    reviewComments: [],
    reviews: [],
    ...more,
  };
  repository.issues.set(issue.number, issue);
  return issue;
}

export function addComment(
  world: GithubWorld,
  to: { updatedAt: string; readonly comments: SimulatedComment[] },
  body: string,
  author: number | null = null,
): SimulatedComment {
  const comment = comments(world, body, author);
  to.comments.push(comment);
  to.updatedAt = comment.updatedAt;
  return comment;
}

export function addReviewComment(
  world: GithubWorld,
  pull: SimulatedIssue,
  body: string,
  path = 'README.md',
): SimulatedComment {
  const comment = { ...comments(world, body, null), path };
  pull.reviewComments.push(comment);
  pull.updatedAt = comment.updatedAt;
  return comment;
}

export function addReview(
  world: GithubWorld,
  pull: SimulatedIssue,
  body: string,
  state: SimulatedReview['state'] = 'APPROVED',
): SimulatedReview {
  const submittedAt = tick(world);
  const review = { id: nextId(world), author: null, state, body, submittedAt };
  pull.reviews.push(review);
  pull.updatedAt = submittedAt;
  return review;
}

export function addDiscussion(
  world: GithubWorld,
  repository: SimulatedRepository,
  title: string,
  body: string,
  more: Partial<SimulatedDiscussion> = {},
): SimulatedDiscussion {
  const at = tick(world);
  const discussion: SimulatedDiscussion = {
    number: ++repository.lastNumber,
    title,
    body,
    author: null,
    category: 'Q&A',
    createdAt: at,
    updatedAt: at,
    comments: [],
    ...more,
  };
  repository.discussions.set(discussion.number, discussion);
  return discussion;
}

export function addDiscussionComment(
  world: GithubWorld,
  discussion: SimulatedDiscussion,
  body: string,
  replies: readonly string[] = [],
): void {
  const comment = comments(world, body, null);
  discussion.comments.push({
    ...comment,
    replies: replies.map((reply) => comments(world, reply, null)),
    isAnswer: false,
  });
  discussion.updatedAt = tick(world);
}

export function addRelease(
  world: GithubWorld,
  repository: SimulatedRepository,
  tag: string,
  body: string | null,
  more: Partial<SimulatedRelease> = {},
): SimulatedRelease {
  const release = {
    id: nextId(world),
    tag,
    name: null,
    body,
    isDraft: false,
    createdAt: tick(world),
    ...more,
  };
  repository.releases.set(release.id, release);
  return release;
}

function comments(world: GithubWorld, body: string, author: number | null): SimulatedComment {
  const at = tick(world);
  return { id: nextId(world), author, body, createdAt: at, updatedAt: at };
}

/** Git's own name for a content. */
export function blobSha(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
