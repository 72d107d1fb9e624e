import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { companyGithub } from '../simulators/company/github.ts';
import { companyJira } from '../simulators/company/jira.ts';
import type { introduction } from '../simulators/company/introduction.ts';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';

const PROGRAM = fileURLToPath(new URL('../simulators/company/serve.ts', import.meta.url));

/** As an installation has it: one file, far from the vendors' descriptions that judge it in a checkout. */
describe('the company of fumi demo, built', () => {
  let home: Home;
  let company: ChildProcess;
  let said: ReturnType<typeof introduction>;
  before(async () => {
    home = await createHome();
    const file = join(home.folder, 'demo-company.mjs');
    await build({
      entryPoints: [PROGRAM],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner: {
        js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
      },
    });
    company = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
    assert.ok(company.stdout);
    const [line] = (await once(createInterface(company.stdout), 'line')) as [string];
    said = JSON.parse(line) as typeof said;
    for (const [name, content] of Object.entries(said.secrets)) await home.write(name, content);
    await home.write('fumikura.yaml', JSON.stringify({ owner: 'me', sources: said.sources }));
  });
  after(async () => {
    company.kill();
    await home.remove();
  });

  it('[demo.size] is read whole, without the descriptions', async () => {
    const synced = await home.run(['sync']);
    assert.equal(synced.code, 0, synced.stderr);
    const { sources } = (await home.json('sources')) as { sources: { id: string; documents: number }[] };
    const documents = new Map(sources.map((each) => [each.id.split(':')[0], each.documents]));
    const repositories = [...companyGithub().world.repositories.values()];
    const written = repositories.reduce(
      (sum, { issues, discussions, releases }) => sum + issues.size + discussions.size + releases.size,
      0,
    );
    assert.ok((documents.get('github') ?? 0) > written, 'issues, discussions and releases, and files');
    assert.ok((documents.get('jira') ?? 0) >= companyJira().issues.size);
    assert.deepEqual([...documents.keys()].toSorted(), ['confluence', 'github', 'jira', 'sharepoint']);
    const { deadLetters } = (await home.json('dead-letters')) as { deadLetters: unknown[] };
    assert.deepEqual(deadLetters, []);
  });

  it('[demo.ends] ends when nobody is at its standard input any more', async () => {
    company.stdin?.end();
    const [code] = (await once(company, 'close')) as [number];
    assert.equal(code, 0);
  });
});
