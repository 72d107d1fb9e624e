// npm run figures [-- --json] [-- --write]: the latest value of every figure kept in test/results, against its target.
// --write puts those with a target into docs/figures.md.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { latestFigures, renderFigures } from '@fumikura/evaluation';

const results = fileURLToPath(new URL('../results', import.meta.url));
const page = fileURLToPath(new URL('../../docs/figures.md', import.meta.url));
const figures = await latestFigures(results);
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(figures)}\n`);
else process.stdout.write(`${renderFigures(figures)}\n`);
if (process.argv.includes('--write')) {
  const table = renderFigures(figures.filter(({ target }) => target !== undefined));
  const marked = `<!-- figures -->\n\n${table}\n\n<!-- /figures -->`;
  const text = await readFile(page, 'utf8');
  await writeFile(page, text.replace(/<!-- figures -->[\s\S]*?<!-- \/figures -->/u, marked));
}
