import { spawnSync } from 'node:child_process';
import { PROGRAM } from '../e2e/fumi.ts';

/** What is wrong with the arguments of a container that runs `fumi`, by the program's own help. */
export function commandProblems(args: readonly string[]): string[] {
  const [config, file, command = '', ...options] = args;
  if (config !== '--config' || file !== '/config/fumikura.yaml')
    return [`${args.join(' ')}: no configuration`];
  const { status, stdout } = spawnSync(process.execPath, [PROGRAM, command, '--help'], { encoding: 'utf8' });
  if (status !== 0 || !stdout.startsWith(`Usage: fumi ${command} `)) return [`no command ${command}`];
  return options
    .filter((each) => each.startsWith('--'))
    .filter((each) => !stdout.includes(`  ${each} <`))
    .map((each) => `fumi ${command} has no ${each}`);
}
