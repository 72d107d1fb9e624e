import { existsSync } from 'node:fs';
import { loadSpecification } from '../kit/specification.ts';
import type { Specification } from '../kit/specification.ts';

const SPECIFICATION = new URL('../../../../shared/specs/graph.json', import.meta.url);

/** None where the published description is not at hand. */
export function specifications(): Specification[] {
  return existsSync(SPECIFICATION) ? [documented()] : [];
}

/** The description writes functions as calls and has no addresses by path; the service takes what its pages show. */
function documented(): Specification {
  const specification = loadSpecification(SPECIFICATION, { basePath: '/v1.0', lenient: ['format'] });
  return {
    find: (method, path) => {
      const described = specification.find(
        method,
        path
          .replace(/\/root\/delta$/u, '/items/root/delta()')
          .replace(/\/items\/delta$/u, '/items/delta()')
          .replace(/\/getAllSites$/u, '/getAllSites()')
          .replace(/^(\/v1\.0\/sites\/[^/:]+):\/.+$/u, '$1'),
      );
      return (
        described && { ...described, checkRequest: (url, body) => described.checkRequest(asked(url), body) }
      );
    },
  };
}

/** Links of the service carry tokens that no description names: they are its own, not of our making. */
function asked(url: URL): URL {
  const plain = new URL(url);
  plain.searchParams.delete('token');
  plain.searchParams.delete('$skiptoken');
  return plain;
}
