// npm run infra: renders the chart with Helm (built through Go's module proxy where Go is), then judges compose files, the
// chart's objects and the start commands. Without Go the chart's part says so and is left out.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { helmMissing } from './helm.ts';

const missing = helmMissing(true);
process.stdout.write(missing === undefined ? 'Helm renders the chart\n' : `skip chart: ${missing}\n`);
const tests = ['infra', 'start'].map((name) => fileURLToPath(new URL(`./${name}.test.ts`, import.meta.url)));
process.exitCode = spawnSync(process.execPath, ['--test', ...tests], { stdio: 'inherit' }).status ?? 1;
