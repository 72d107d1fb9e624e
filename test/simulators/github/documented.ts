import { loadSpecification } from '../kit/specification.ts';
import type { Specification } from '../kit/specification.ts';
import { fullName } from './answers.ts';
import type { GithubWorld } from './world.ts';

/** Read and compiled once, not for each of many worlds. */
const loaded = new Map<string, Specification>();

/** Addresses by number are real and not described; a path or a branch may hold slashes. */
export function documented(file: URL, world: GithubWorld, basePath: string): Specification {
  const specification = loaded.get(basePath) ?? loadSpecification(file, { basePath, lenient: ['format'] });
  loaded.set(basePath, specification);
  return {
    find: (method, path) => {
      const named = path.replace(/\/repositories\/(\d+)/u, (_all, id: string) => {
        const repository = world.repositories.get(Number(id));
        return `/repos/${repository ? fullName(repository) : 'nobody/nothing'}`;
      });
      const plain = named
        .replace(
          /(\/contents\/)(.+)$/u,
          (_all, head: string, rest: string) => head + rest.replaceAll('/', '~'),
        )
        .replace(
          /(\/branches\/)(.+)$/u,
          (_all, head: string, rest: string) => head + rest.replaceAll('/', '~'),
        );
      const described = specification.find(method, plain);
      // A redirect of a rename has no description of its own at most addresses.
      return (
        described && {
          ...described,
          checkAnswer: (status, body) =>
            status === 301 || status === 304 ? [] : described.checkAnswer(status, body),
        }
      );
    },
  };
}
