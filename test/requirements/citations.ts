import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A test that cites a requirement. */
export interface Citation {
  readonly id: string;
  readonly file: string;
}

/** Ids stand in brackets at the beginning of a quoted name, several one after the other. */
const NAME = /['"`]((?:\[[a-z]+(?:\.[a-z0-9-]+)+\] ?)+)/gu;

export function citationsIn(text: string, file: string): Citation[] {
  return [...text.matchAll(NAME)].flatMap(([, ids = '']) =>
    [...ids.matchAll(/\[([^\]]+)\]/gu)].map(([, id = '']) => ({ id, file })),
  );
}

/** Citations of all tests and of the contract suites below a folder; the tests of this gate name ids without proving them. */
export async function findCitations(root: string): Promise<Citation[]> {
  const found: Citation[] = [];
  for (const top of ['apps', 'libs', 'test']) {
    for (const entry of await readdir(join(root, top), { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (!entry.isFile() || !isTest(file)) continue;
      found.push(...citationsIn(await readFile(file, 'utf8'), file));
    }
  }
  return found;
}

function isTest(file: string): boolean {
  if (/node_modules|[/\\]requirements[/\\]/u.test(file)) return false;
  return file.endsWith('.test.ts') || (/[/\\]testkit[/\\]src[/\\]/u.test(file) && file.endsWith('.ts'));
}

/** What is wrong between the promises and the tests; empty when each promise is proved and each citation means one. */
export function gateProblems(ids: readonly string[], citations: readonly Citation[]): string[] {
  const known = new Set(ids);
  const cited = new Set(citations.map(({ id }) => id));
  return [
    ...ids
      .filter((id, at) => ids.indexOf(id) !== at)
      .map((id) => `${id} stands twice among the requirements`),
    ...[...known].filter((id) => !cited.has(id)).map((id) => `${id} is proved by no test`),
    ...citations
      .filter(({ id }) => !known.has(id))
      .map(({ id, file }) => `${file} cites ${id}, which is no requirement`),
  ];
}
