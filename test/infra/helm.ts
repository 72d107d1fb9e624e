import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HELM = 'helm.sh/helm/v3/cmd/helm@v3.18.4';
const FOLDER = fileURLToPath(new URL('../../.nx/helm/', import.meta.url));
const CHART = fileURLToPath(new URL('../../infra/helm/fumikura/', import.meta.url));
const PROGRAM = join(FOLDER, 'helm');
const KUBERNETES = '1.33.0';

/** Why there is no Helm here; undefined when there is one. `build`: make it, which takes minutes once. */
export function helmMissing(build = false): string | undefined {
  if (existsSync(PROGRAM)) return undefined;
  if (!build) return 'Helm is not built; npm run infra builds it';
  if (spawnSync('go', ['version']).status !== 0) return 'Helm is built with Go, which is not here';
  const env = { ...process.env, GOBIN: FOLDER, CGO_ENABLED: '0' };
  const { status, stderr } = spawnSync('go', ['install', HELM], { env, encoding: 'utf8' });
  return status === 0 ? undefined : `Helm could not be built: ${stderr.trim().split('\n').at(-1)}`;
}

/** @throws with what Helm says when it refuses the chart or the values */
export function render(...set: readonly string[]): string {
  return helm('template', 'fumi', CHART, ...set.flatMap((each) => ['--set', each]));
}

export function lint(...set: readonly string[]): void {
  helm('lint', '--strict', CHART, ...set.flatMap((each) => ['--set', each]));
}

function helm(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(PROGRAM, [...args, '--kube-version', KUBERNETES], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${stdout}${stderr}`.trim());
  return stdout;
}
