import { userInfo } from 'node:os';
import type { Home } from './fumi.ts';

/** Entries of persons without their ids, as they stand in the configuration. */
export type Persons<Name extends string> = Readonly<Record<Name, string>>;

/** A configuration of these persons in which whoever runs the command is the first one named. */
export function writeAs<Name extends string>(
  home: Home,
  me: Name,
  persons: Persons<Name>,
  rest: string,
): Promise<void> {
  const lines = (Object.entries(persons) as [Name, string][]).map(
    ([name, entry]) =>
      `  - { id: ${name}, ${entry}${name === me ? `, osUser: ${userInfo().username}` : ''} }\n`,
  );
  return home.write('fumikura.yaml', `owner: me\npersons:\n${lines.join('')}${rest}`);
}

/** Titles of what is found for one query, in the order of their letters. */
export async function titlesOf(home: Home, query: string): Promise<string[]> {
  const { hits } = (await home.json('search', query)) as { hits: { title: string }[] };
  return hits.map(({ title }) => title).sort();
}
