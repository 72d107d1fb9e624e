import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { Introduction } from './company.ts';

/** A folder with the secrets, one database, and for each asker a configuration in which they sit at this machine. */
export interface DemoHome {
  readonly folder: string;
  /** Configuration file in which this person is the one at the terminal. */
  configOf(person: string): string;
  /** A folder of the visitor's own choice stays; but its database, made for addresses that are gone, does not. */
  leave(): Promise<void>;
}

const DATA = '.fumikura';

export async function makeHome(introduction: Introduction, chosen?: string): Promise<DemoHome> {
  const folder = chosen === undefined ? await mkdtemp(join(tmpdir(), 'fumi-demo-')) : resolve(chosen);
  await mkdir(folder, { recursive: true });
  await rm(join(folder, DATA), { recursive: true, force: true });
  for (const [name, content] of Object.entries(introduction.secrets))
    await writeFile(join(folder, name), `${content}\n`, { mode: 0o600 });
  const configOf = (person: string) => join(folder, `${person}.yaml`);
  for (const { id } of introduction.persons) await writeFile(configOf(id), configuration(introduction, id));
  return {
    folder,
    configOf,
    leave: async () => {
      if (chosen === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration({ name, persons, sources }: Introduction, sitsHere: string): string {
  const osUser = userInfo().username;
  const values = {
    data: DATA,
    owner: 'visitor',
    persons: persons.map(({ role: _role, ...person }) => ({
      ...person,
      ...(person.id === sitsHere && { osUser }),
    })),
    sources,
  };
  // JSON is YAML too.
  return `# ${name}, an invented company: searched as ${sitsHere}.\n${JSON.stringify(values, undefined, 2)}\n`;
}
