import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { FuzzInstallation } from './installation.ts';
import { held, note } from './rounds.ts';
import type { Tally } from './rounds.ts';
import { toldOf } from './world.ts';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../../apps/cli/bin/fumi.mjs', import.meta.url));

/** One question through the real command on the same file, as one of the persons. */
export async function askCommand({ world }: FuzzInstallation, folder: string, tally: Tally): Promise<void> {
  const person = world.pickPerson();
  const at = world.pickDocument();
  const id = world.documents[at]?.id ?? '';
  const questions = [
    ['search', `probe${at}z`],
    ['search', 'common words', '--limit', '50'],
    ['search', 'common', '--label', 'label'],
    ['get', id],
    ['access', 'explain', person.id, id],
  ];
  const args = questions[Math.floor(world.random() * questions.length)] ?? [];
  const config = {
    owner: 'nobody-here',
    data: './data',
    persons: world.persons.map(({ id: each, accounts }) => ({
      id: each,
      accounts,
      roles: ['reader', 'auditor'],
      ...(each === person.id && { osUser: userInfo().username }),
    })),
    groups: world.localGroups,
    search: { deadlineMs: 60_000 },
  };
  // JSON is YAML.
  await writeFile(join(folder, 'fumikura.yaml'), JSON.stringify(config));
  const { stdout, stderr } = await run(process.execPath, [PROGRAM, ...args, '--json'], { cwd: folder }).catch(
    (error: { stdout?: string; stderr?: string }) => ({
      stdout: error.stdout ?? '',
      stderr: error.stderr ?? '',
    }),
  );
  held(tally, 'command line');
  if (stdout === '') note(tally, 'missing', `fumi ${args.join(' ')} said nothing: ${stderr.slice(0, 300)}`);
  const may = world.readable(person);
  for (const each of toldOf(`${stdout}${stderr}`, args.join(' ')))
    if (!may.has(each))
      note(tally, 'leaks', `${person.id} was told of doc${each}z by fumi ${args.join(' ')}`);
  if (args[0] === 'get' && may.has(at) && !stdout.includes(`secret${at}z`))
    note(tally, 'missing', `${person.id} did not get ${id} by the command: ${stdout.slice(0, 200)}`);
  if (args[0] === 'access' && stdout.includes('"mayRead":true') !== may.has(at))
    note(tally, 'leaks', `the command explains ${id} to ${person.id} in another way than the world`);
}
