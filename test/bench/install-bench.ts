import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What an installation takes on the disk: production dependencies beside the sources, and the bundle alone. */
export async function installBench(folder: string, note: (text: string) => void): Promise<Figure[]> {
  note('install: production dependencies into a copy of the repository');
  const copy = join(folder, 'install');
  await mkdir(copy);
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  for (const file of tracked.filter((each) => each !== ''))
    await cp(join(root, file), join(copy, file), { recursive: true });
  execFileSync('npm', ['ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '-w', 'apps/cli'], {
    cwd: copy,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const sizes = Object.fromEntries(['node_modules', '.'].map((part) => [part, bytesOf(join(copy, part))]));
  return [
    figure('install.production', (sizes['.'] ?? 0) / 1e6, 'MB', 'lower', 300),
    figure('install.productionDependencies', (sizes['node_modules'] ?? 0) / 1e6, 'MB', 'lower'),
    figure('install.bundle', statSync(join(root, 'dist', 'fumi.mjs')).size / 1e6, 'MB', 'lower', 10),
  ];
}

function bytesOf(folder: string): number {
  return Number(execFileSync('du', ['-s', '--block-size=1', folder], { encoding: 'utf8' }).split('\t')[0]);
}
