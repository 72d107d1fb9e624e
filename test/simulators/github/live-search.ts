import { found, parseWords } from '../kit/words.ts';
import type { SimulatedAnswer, SimulatedRequest } from '../kit/simulator.ts';
import { fullName, repositoryAnswer } from './answers.ts';
import type { Answers } from './answers.ts';
import { issueAnswer } from './conversation-answers.ts';
import { blobSha, filesOf } from './making.ts';
import type { SimulatedRepository } from './world.ts';

const MOST_OPERATORS = 5;

/** `search/issues` and `search/code` over what the account sees, within the named owners and repositories. */
export function searchRoute(
  answers: Answers,
  what: string | undefined,
  { url }: SimulatedRequest,
  visible: readonly SimulatedRepository[],
): SimulatedAnswer | undefined {
  const q = url.searchParams.get('q') ?? '';
  const named = [...q.matchAll(/\b(user|repo):(\S+)/gu)].map(([, kind, name]) => ({ kind, name }));
  const words = parseWords(q.replace(/\b(?:user|repo):\S+/gu, ' '));
  if (words.words.length === 0 || (words.isAny && words.words.length - 1 > MOST_OPERATORS))
    return {
      status: 422,
      body: { message: 'Validation Failed', documentation_url: 'https://docs.github.com' },
    };
  const repositories = visible.filter((each) =>
    named.some(({ kind, name }) => (kind === 'repo' ? fullName(each) === name : each.owner === name)),
  );
  const size = Number(url.searchParams.get('per_page') ?? 30);
  const items =
    what === 'issues'
      ? issues(answers, repositories, words)
      : what === 'code'
        ? code(answers, repositories, words)
        : undefined;
  return (
    items && {
      status: 200,
      body: {
        total_count: items.length,
        incomplete_results: false,
        items: items.slice(0, size),
        ...(what === 'issues' && { search_type: 'lexical' }),
      },
    }
  );
}

type Words = ReturnType<typeof parseWords>;

function issues(answers: Answers, repositories: readonly SimulatedRepository[], words: Words) {
  const all = repositories.flatMap((repository) =>
    [...repository.issues.values()].map((issue) => ({ repository, issue })),
  );
  const textOf = ({ issue }: (typeof all)[number]) =>
    [issue.title, issue.body ?? '', ...issue.comments.map(({ body }) => body)].join(' ');
  return found(all, textOf, words).map(({ repository, issue }) => {
    const { body, ...answer } = issueAnswer(answers, repository, issue);
    // Where an issue's own answer says null, a search leaves it out.
    return { ...answer, ...(body !== null && { body }), score: 1 };
  });
}

function code(answers: Answers, repositories: readonly SimulatedRepository[], words: Words) {
  const all = repositories.flatMap((repository) =>
    [...filesOf(repository)].map(([path, { bytes }]) => ({ repository, path, bytes })),
  );
  const textOf = ({ path, bytes }: (typeof all)[number]) => `${path} ${bytes.toString('utf8')}`;
  return found(all, textOf, words).map(({ repository, path, bytes }) => {
    const at = `${answers.api}/repos/${fullName(repository)}`;
    return {
      name: path.split('/').at(-1),
      path,
      sha: blobSha(bytes),
      url: `${at}/contents/${path}`,
      git_url: `${at}/git/blobs/${blobSha(bytes)}`,
      html_url: `${answers.web}/${fullName(repository)}/blob/main/${path}`,
      repository: repositoryAnswer(answers, repository, 'read'),
      score: 1,
    };
  });
}
