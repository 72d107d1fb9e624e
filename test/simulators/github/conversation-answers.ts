import { authorAnswer, fullName, nodeId, repositoryAnswer, urls, userAnswer } from './answers.ts';
import type { Answers } from './answers.ts';
import type {
  SimulatedComment,
  SimulatedIssue,
  SimulatedRelease,
  SimulatedRepository,
  SimulatedReview,
} from './world.ts';

const ASSOCIATION = 'MEMBER';

export function issueAnswer(answers: Answers, repository: SimulatedRepository, issue: SimulatedIssue) {
  const { api, web } = answers;
  const base = `${api}/repos/${fullName(repository)}`;
  const url = `${base}/issues/${issue.number}`;
  const html = `${web}/${fullName(repository)}/${issue.isPull ? 'pull' : 'issues'}/${issue.number}`;
  return {
    id: repository.id * 1_000_000 + issue.number,
    node_id: nodeId('Issue', issue.number),
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    locked: false,
    user: authorAnswer(answers, issue.author),
    labels: issue.labels.map((name, at) => ({
      id: at,
      node_id: nodeId('Label', at),
      url: `${base}/labels/${name}`,
      name,
      description: `About ${name}`,
      color: 'ededed',
      default: false,
    })),
    assignee: null,
    assignees: [],
    milestone: null,
    comments: issue.comments.length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.state === 'closed' ? issue.updatedAt : null,
    author_association: ASSOCIATION,
    repository_url: base,
    url,
    html_url: html,
    ...urls(url, 'labels comments events'),
    ...(issue.isPull && {
      pull_request: {
        url: `${base}/pulls/${issue.number}`,
        html_url: html,
        diff_url: `${html}.diff`,
        patch_url: `${html}.patch`,
      },
    }),
  };
}

export function pullAnswer(answers: Answers, repository: SimulatedRepository, pull: SimulatedIssue) {
  const { api, web } = answers;
  const url = `${api}/repos/${fullName(repository)}/pulls/${pull.number}`;
  const {
    pull_request: _p,
    comments: _c,
    repository_url: _r,
    ...issue
  } = issueAnswer(answers, repository, pull);
  const end = (label: string) => ({
    label,
    ref: label,
    sha: '0'.repeat(40),
    user: userAnswer(answers, { id: 1, login: repository.owner, name: null }),
    repo: repositoryAnswer(answers, repository, 'read'),
  });
  const link = { href: url };
  return {
    ...issue,
    url,
    issue_url: issue.url,
    diff_url: `${web}/d`,
    patch_url: `${web}/p`,
    ...urls(url, 'commits review_comment review_comments statuses'),
    merge_commit_sha: null,
    merged_at: null,
    head: end('topic'),
    base: end(repository.defaultBranch),
    auto_merge: null,
    _links: {
      comments: link,
      commits: link,
      statuses: link,
      html: link,
      issue: link,
      review_comments: link,
      review_comment: link,
      self: link,
    },
  };
}

export function commentAnswer(
  answers: Answers,
  repository: SimulatedRepository,
  { number }: SimulatedIssue,
  comment: SimulatedComment,
) {
  const base = `${answers.api}/repos/${fullName(repository)}`;
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    url: `${base}/issues/comments/${comment.id}`,
    html_url: `${answers.web}/${fullName(repository)}/issues/${number}#issuecomment-${comment.id}`,
    issue_url: `${base}/issues/${number}`,
    body: comment.body,
    user: authorAnswer(answers, comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: ASSOCIATION,
  };
}

export function reviewCommentAnswer(
  answers: Answers,
  repository: SimulatedRepository,
  pull: SimulatedIssue,
  comment: SimulatedComment,
) {
  const { issue_url: _i, ...rest } = commentAnswer(answers, repository, pull, comment);
  const url = `${answers.api}/repos/${fullName(repository)}/pulls/${pull.number}`;
  return {
    ...rest,
    pull_request_review_id: null,
    pull_request_url: url,
    diff_hunk: '@@ -1 +1 @@',
    path: comment.path ?? '',
    commit_id: '0'.repeat(40),
    original_commit_id: '0'.repeat(40),
    _links: { self: { href: url }, html: { href: url }, pull_request: { href: url } },
  };
}

export function reviewAnswer(
  answers: Answers,
  repository: SimulatedRepository,
  pull: SimulatedIssue,
  review: SimulatedReview,
) {
  const url = `${answers.api}/repos/${fullName(repository)}/pulls/${pull.number}`;
  return {
    id: review.id,
    node_id: nodeId('Review', review.id),
    user: authorAnswer(answers, review.author),
    body: review.body,
    state: review.state,
    commit_id: null,
    html_url: `${answers.web}/${fullName(repository)}/pull/${pull.number}#pullrequestreview-${review.id}`,
    pull_request_url: url,
    submitted_at: review.submittedAt,
    author_association: ASSOCIATION,
    _links: { html: { href: url }, pull_request: { href: url } },
  };
}

export function releaseAnswer(answers: Answers, repository: SimulatedRepository, release: SimulatedRelease) {
  const url = `${answers.api}/repos/${fullName(repository)}/releases/${release.id}`;
  return {
    id: release.id,
    node_id: nodeId('Release', release.id),
    tag_name: release.tag,
    target_commitish: repository.defaultBranch,
    name: release.name,
    body: release.body,
    draft: release.isDraft,
    prerelease: false,
    created_at: release.createdAt,
    published_at: release.isDraft ? null : release.createdAt,
    author: userAnswer(answers, { id: 1, login: 'releases', name: null }),
    html_url: `${answers.web}/${fullName(repository)}/releases/tag/${release.tag}`,
    url,
    ...urls(url, 'assets upload tarball zipball'),
    assets: [],
  };
}
