import type { SimulatedAnswer } from '../kit/simulator.ts';
import { branchAnswer, comparisonAnswer, fullName, nodeId, teamAnswer } from './answers.ts';
import {
  commentAnswer,
  issueAnswer,
  pullAnswer,
  releaseAnswer,
  reviewAnswer,
  reviewCommentAnswer,
} from './conversation-answers.ts';
import { compareCommits, findCommit, readTree } from './git.ts';
import { accountMay, accountSeesTeam } from './rights.ts';
import type { RepositoryCall } from './server.ts';
import { blobSha } from './making.ts';
import type { SimulatedIssue } from './world.ts';

type Handler = (call: RepositoryCall) => SimulatedAnswer | undefined;

const HANDLERS: Readonly<Record<string, Handler>> = {
  teams,
  branches,
  git,
  compare,
  contents,
  issues,
  pulls,
  releases,
};

export function repositoryRoute(call: RepositoryCall): SimulatedAnswer | undefined {
  return HANDLERS[call.rest[0] ?? '']?.(call);
}

function teams({ answers, repository, paged }: RepositoryCall): SimulatedAnswer | undefined {
  const organisation = answers.world.organisations.get(repository.owner);
  if (!organisation) return paged([]);
  const seen = [...organisation.teams.values()].filter(
    (team) => repository.teams.has(team.id) && accountSeesTeam(answers.world, organisation, team),
  );
  return paged(seen.map((team) => teamAnswer(answers, organisation, team)));
}

function branches({ answers, repository, rest }: RepositoryCall): SimulatedAnswer | undefined {
  const name = rest.slice(1).join('/');
  const sha = repository.branches.get(name);
  return sha === undefined ? undefined : ok(branchAnswer(answers, repository, name, sha));
}

function git(call: RepositoryCall): SimulatedAnswer | undefined {
  const { answers, repository, rest, request, treeLimit } = call;
  const [, what, sha = ''] = rest;
  if (repository.branches.size === 0) return { status: 409, body: { message: 'Git Repository is empty.' } };
  if (what === 'trees') {
    const isRecursive = request.url.searchParams.has('recursive');
    const found = readTree(repository, sha, isRecursive, treeLimit);
    const url = `${answers.api}/repos/${fullName(repository)}/git/trees/${sha}`;
    return found && ok({ ...found, url });
  }
  if (what !== 'blobs') return undefined;
  for (const commit of repository.commits.values())
    for (const { bytes } of commit.files.values()) {
      if (blobSha(bytes) !== sha) continue;
      const content = bytes.toString('base64');
      // As it is when it is asked for so, else in JSON.
      if (request.headers.accept?.includes('raw')) return { status: 200, body: new Uint8Array(bytes) };
      return ok({
        sha,
        node_id: nodeId('Blob', 1),
        size: bytes.length,
        url: sha,
        content,
        encoding: 'base64',
      });
    }
  return undefined;
}

function compare({ answers, repository, rest }: RepositoryCall): SimulatedAnswer | undefined {
  const [base = '', head = ''] = (rest[1] ?? '').split('...');
  const found = compareCommits(repository, base, head);
  return found && ok(comparisonAnswer(answers, repository, found));
}

function contents({ answers, repository, rest, request }: RepositoryCall): SimulatedAnswer | undefined {
  const path = rest.slice(1).join('/');
  const commit = findCommit(repository, request.url.searchParams.get('ref') ?? repository.defaultBranch);
  const found = commit?.files.get(path);
  const url = `${answers.api}/repos/${fullName(repository)}/contents/${encodeURI(path)}`;
  const links = {
    url,
    git_url: url,
    html_url: url,
    download_url: url,
    _links: { git: url, html: url, self: url },
  };
  if (found) {
    const sha = blobSha(found.bytes);
    const base = { name: path.split('/').at(-1), path, sha, size: found.bytes.length, ...links };
    if (found.kind === 'symlink') return ok({ ...base, type: 'symlink', target: found.bytes.toString() });
    if (found.kind === 'submodule')
      return ok({ ...base, size: 0, type: 'submodule', submodule_git_url: 'https://github.example/other' });
    const isSmall = found.bytes.length <= 1_048_576;
    const content = isSmall ? found.bytes.toString('base64') : '';
    return ok({ ...base, type: 'file', encoding: isSmall ? 'base64' : 'none', content });
  }
  const below = [...(commit?.files ?? [])].filter(([each]) => each.startsWith(`${path}/`));
  if (below.length === 0) return undefined;
  return ok(
    below.map(([each, { bytes }]) => ({
      name: each,
      path: each,
      sha: blobSha(bytes),
      size: bytes.length,
      type: 'file',
      ...links,
    })),
  );
}

function issues(call: RepositoryCall): SimulatedAnswer | undefined {
  const { answers, repository, rest, request, paged } = call;
  const query = request.url.searchParams;
  const all = [...repository.issues.values()];
  const [, number, what] = rest;
  // Pull requests keep theirs, one by one.
  if (!repository.hasIssues && !repository.issues.get(Number(number))?.isPull)
    return { status: 410, body: { message: 'Issues are disabled for this repo' } };
  if (number === 'comments')
    return paged(
      listed(
        all.flatMap((issue) => issue.comments.map((comment) => ({ issue, ...comment }))),
        query,
        'created',
      ).map(({ issue, ...comment }) => commentAnswer(answers, repository, issue, comment)),
    );
  if (number === undefined) {
    const state = query.get('state') ?? 'open';
    const asked = all.filter((each) => state === 'all' || each.state === state);
    return paged(
      listed(asked, query, 'created', 'desc').map((each) => issueAnswer(answers, repository, each)),
    );
  }
  const moved = repository.transferred.get(Number(number));
  if (moved) {
    const location = `${answers.api}/repositories/${moved.repository}/issues/${moved.number}`;
    return { status: 301, headers: { location }, body: { message: 'Moved Permanently', url: location } };
  }
  const issue = repository.issues.get(Number(number));
  if (!issue)
    return Number(number) <= repository.lastNumber && !repository.discussions.has(Number(number))
      ? { status: 410, body: { message: 'This issue was deleted' } }
      : undefined;
  if (what === 'comments')
    return paged(issue.comments.map((each) => commentAnswer(answers, repository, issue, each)));
  return what === undefined ? ok(issueAnswer(answers, repository, issue)) : undefined;
}

function pulls(call: RepositoryCall): SimulatedAnswer | undefined {
  const { answers, repository, rest, request, paged } = call;
  if (!repository.hasPulls) return undefined;
  const query = request.url.searchParams;
  const all = [...repository.issues.values()].filter(({ isPull }) => isPull);
  const [, number, what] = rest;
  const reviewComments = (of: readonly SimulatedIssue[]) =>
    of.flatMap((pull) => pull.reviewComments.map((comment) => ({ pull, ...comment })));
  const told = (found: Readonly<ReturnType<typeof reviewComments>>) =>
    paged(found.map(({ pull, ...comment }) => reviewCommentAnswer(answers, repository, pull, comment)));
  if (number === 'comments') return told(listed(reviewComments(all), query, 'created'));
  if (number === undefined) {
    const state = query.get('state') ?? 'open';
    const asked = all.filter((each) => state === 'all' || each.state === state);
    return paged(
      listed(asked, query, 'created', 'desc').map((each) => pullAnswer(answers, repository, each)),
    );
  }
  const pull = repository.issues.get(Number(number));
  if (!pull?.isPull) return undefined;
  if (what === 'comments') return told(reviewComments([pull]));
  if (what === 'reviews') {
    // A review that is not handed in is its author's alone.
    const open = pull.reviews.filter(({ state }) => state !== 'PENDING');
    return paged(open.map((each) => reviewAnswer(answers, repository, pull, each)));
  }
  return undefined;
}

function releases({ answers, repository, paged }: RepositoryCall): SimulatedAnswer {
  const seesDrafts = accountMay(answers.world, repository, 'write');
  const seen = [...repository.releases.values()].filter(({ isDraft }) => seesDrafts || !isDraft);
  return paged(seen.toReversed().map((each) => releaseAnswer(answers, repository, each)));
}

/** `since`, `sort` and `direction` as the service takes them; equal times keep their order. */
function listed<T extends { readonly createdAt: string; readonly updatedAt: string }>(
  all: readonly T[],
  query: URLSearchParams,
  defaultSort: string,
  defaultDirection = 'asc',
): readonly T[] {
  const since = Date.parse(query.get('since') ?? '1970-01-01T00:00:00Z');
  const key = (query.get('sort') ?? defaultSort) === 'updated' ? 'updatedAt' : 'createdAt';
  const sign = (query.get('direction') ?? defaultDirection) === 'desc' ? -1 : 1;
  return all
    .filter(({ updatedAt }) => Date.parse(updatedAt) >= since)
    .toSorted((a, b) => sign * (Date.parse(a[key]) - Date.parse(b[key])));
}

function ok(body: unknown): SimulatedAnswer {
  return { status: 200, body };
}
