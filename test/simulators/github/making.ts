/** Fills an enterprise: each call is what a person did there. */
import { createHash } from 'node:crypto';
import { nextId, tick } from './world.ts';
import type {
  GithubWorld,
  SimulatedComment,
  SimulatedCommit,
  SimulatedDiscussion,
  SimulatedFile,
  SimulatedIssue,
  SimulatedOrganisation,
  SimulatedRelease,
  SimulatedRepository,
  SimulatedReview,
  SimulatedTeam,
  SimulatedUser,
} from './world.ts';

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
