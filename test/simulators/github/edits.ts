import type { Random } from '../../sources/source-world.ts';
import { pick } from '../graph/random-world.ts';
import { fill, grantSome } from './random-world.ts';
import {
  addComment,
  addDiscussion,
  addDiscussionComment,
  addIssue,
  addRelease,
  addRepository,
  addReview,
  addReviewComment,
  filesOf,
  push,
} from './making.ts';
import { nextId, tick } from './world.ts';
import type { GithubWorld, SimulatedRepository } from './world.ts';

type Edit = (world: GithubWorld, random: Random, repository: SimulatedRepository) => string;

/** One change that a person could make; says what it was. */
export function randomEdit(world: GithubWorld, random: Random): string {
  const repositories = [...world.repositories.values()].filter(({ owner }) => owner === 'acme');
  const repository = repositories.length > 0 ? pick(random, repositories) : newRepository(world, random);
  const [name, edit] = pick(random, Object.entries(EDITS));
  return `${name} ${repository.owner}/${repository.name} (${repository.id}): ${edit(world, random, repository)}`;
}

const EDITS: Readonly<Record<string, Edit>> = {
  commit: (world, random, repository) => {
    const paths = [...filesOf(repository).keys()];
    const path = paths.length > 0 ? pick(random, paths) : 'README.md';
    push(world, repository, {
      [path]: `Edited ${nextId(world)}.`,
      [`new/${nextId(world)}.md`]: 'New words.',
    });
    return path;
  },
  removeFile: (world, random, repository) => {
    const paths = [...filesOf(repository).keys()];
    if (paths.length < 2) return 'nothing';
    const path = pick(random, paths);
    push(world, repository, { [path]: undefined });
    return path;
  },
  renameFile: (world, random, repository) => {
    const found = [...filesOf(repository)].filter(([, { kind }]) => kind === 'file');
    if (found.length === 0) return 'nothing';
    const [path, content] = pick(random, found);
    push(world, repository, { [path]: undefined, [`moved/${path}`]: content });
    return path;
  },
  forcedPush: (world, random, repository) => {
    const paths = [...filesOf(repository).keys()];
    const gone = paths.length > 1 ? pick(random, paths) : undefined;
    const before = repository.branches.get(repository.defaultBranch);
    push(
      world,
      repository,
      { ...(gone && { [gone]: undefined }), 'rewritten.md': `Again ${nextId(world)}` },
      { isForced: true },
    );
    // What nothing leads to is collected now and then.
    const isCollected = random() < 0.5 && before !== undefined;
    if (isCollected) repository.commits.delete(before);
    return `without ${gone ?? 'anything'}${isCollected ? ', collected' : ''}`;
  },
  defaultBranch: (world, _random, repository) => {
    const name = `trunk-${nextId(world)}`;
    push(world, repository, { 'README.md': `# On ${name}` }, { branch: name, isForced: true });
    repository.defaultBranch = name;
    return name;
  },
  issue: (world, _random, repository) =>
    String(addIssue(world, repository, 'A new matter', { body: 'New.' }).number),
  pull: (world, _random, repository) => {
    const pull = addIssue(world, repository, 'A change', { body: null, isPull: true });
    addReview(world, pull, 'Please explain.', 'CHANGES_REQUESTED');
    addReviewComment(world, pull, 'Here.');
    return String(pull.number);
  },
  editIssue: (world, random, repository) => {
    const all = [...repository.issues.values()];
    if (all.length === 0) return 'nothing';
    const issue = pick(random, all);
    issue.title = `${issue.title} again`;
    issue.updatedAt = tick(world);
    return String(issue.number);
  },
  comment: (world, random, repository) => {
    const all = [...repository.issues.values()];
    if (all.length === 0) return 'nothing';
    const issue = pick(random, all);
    addComment(world, issue, 'One more thing.');
    return String(issue.number);
  },
  editComment: (world, random, repository) => {
    const all = [...repository.issues.values()].flatMap((issue) => issue.comments);
    if (all.length === 0) return 'nothing';
    const comment = pick(random, all);
    comment.body = `${comment.body} (edited)`;
    // The issue keeps its time.
    comment.updatedAt = tick(world);
    return String(comment.id);
  },
  removeIssue: (_world, random, repository) => {
    const all = [...repository.issues.keys()];
    if (all.length === 0) return 'nothing';
    const number = pick(random, all);
    repository.issues.delete(number);
    return String(number);
  },
  transferIssue: (world, random, repository) => {
    const all = [...repository.issues.values()].filter(({ isPull }) => !isPull);
    const target = pick(random, [...world.repositories.values()]);
    if (all.length === 0 || target === repository || !target.hasIssues) return 'nothing';
    const issue = pick(random, all);
    repository.issues.delete(issue.number);
    const number = ++target.lastNumber;
    target.issues.set(number, { ...issue, number, updatedAt: tick(world) });
    repository.transferred.set(issue.number, { repository: target.id, number });
    return `${issue.number} to ${target.id}`;
  },
  discussion: (world, random, repository) => {
    const all = [...repository.discussions.values()];
    if (all.length > 0 && random() < 0.5) {
      const discussion = pick(random, all);
      addDiscussionComment(world, discussion, 'An answer.', ['Thanks.']);
      return `answer to ${discussion.number}`;
    }
    return String(addDiscussion(world, repository, 'Another question', 'Why?').number);
  },
  removeDiscussion: (_world, random, repository) => {
    const all = [...repository.discussions.keys()];
    if (all.length === 0) return 'nothing';
    const number = pick(random, all);
    repository.discussions.delete(number);
    return String(number);
  },
  release: (world, random, repository) => {
    const all = [...repository.releases.values()];
    if (all.length > 0 && random() < 0.6) {
      const release = pick(random, all);
      if (random() < 0.5) repository.releases.delete(release.id);
      else release.body = `Edited ${nextId(world)}`;
      return release.tag;
    }
    return addRelease(world, repository, `v${nextId(world)}`, 'New.').tag;
  },
  rename: (world, _random, repository) => {
    repository.formerNames.add(`${repository.owner}/${repository.name}`);
    repository.name = `renamed-${nextId(world)}`;
    return repository.name;
  },
  visibility: (_world, random, repository) => {
    repository.visibility = pick(random, ['public', 'internal', 'private']);
    return repository.visibility;
  },
  switches: (_world, random, repository) => {
    if (random() < 0.5) repository.hasIssues = !repository.hasIssues;
    else repository.hasDiscussions = !repository.hasDiscussions;
    return `issues ${repository.hasIssues}, discussions ${repository.hasDiscussions}`;
  },
  newRepository: (world, random) => newRepository(world, random).name,
  removeRepository: (world, random, repository) => {
    if (random() < 0.7) return 'not after all';
    world.repositories.delete(repository.id);
    return 'gone';
  },
  membership: (world, random) => {
    const organisation = world.organisations.get(pick(random, ['acme', 'acme', 'beta']));
    const user = pick(random, [...world.users.keys()]);
    const isAccount = world.account.kind === 'token' && world.account.user === user;
    if (!organisation || isAccount) return 'nothing';
    if (organisation.members.delete(user))
      for (const team of organisation.teams.values()) team.members.delete(user);
    else organisation.members.set(user, 'member');
    return `${user} in ${organisation.login}`;
  },
  team: (world, random) => {
    const acme = world.organisations.get('acme');
    const members = [...(acme?.members.keys() ?? [])];
    if (!acme || members.length === 0) return 'nothing';
    const team = pick(random, [...acme.teams.values()]);
    const user = pick(random, members);
    if (!team.members.delete(user)) team.members.add(user);
    return `${user} in ${team.slug}`;
  },
  grants: (world, random, repository) => {
    const acme = world.organisations.get('acme');
    if (!acme) return 'nothing';
    repository.teams.clear();
    repository.collaborators.clear();
    repository.invited.clear();
    grantSome(world, acme, repository, random);
    return `${repository.teams.size} teams, ${repository.collaborators.size} people`;
  },
  basePermission: (world, random) => {
    const acme = world.organisations.get('acme');
    if (!acme) return 'nothing';
    acme.basePermission = pick(random, ['none', 'read', 'write']);
    return acme.basePermission;
  },
};

function newRepository(world: GithubWorld, random: Random): SimulatedRepository {
  const repository = addRepository(world, 'acme', `new-${nextId(world)}`, {
    visibility: pick(random, ['public', 'internal', 'private']),
  });
  const acme = world.organisations.get('acme');
  if (acme) grantSome(world, acme, repository, random);
  fill(world, repository, random, 6);
  return repository;
}
