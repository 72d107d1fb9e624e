// npm run figures [-- --readme]: the latest value of every figure kept in test/results, against its target. --readme
// puts the table between the marks in README.md.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { latestFigures, renderFigures } from '@fumikura/evaluation';

const results = fileURLToPath(new URL('../results', import.meta.url));
const readme = fileURLToPath(new URL('../../README.md', import.meta.url));
const figures = await latestFigures(results);
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(figures)}\n`);
else process.stdout.write(`${renderFigures(figures)}\n`);
if (process.argv.includes('--readme')) {
  const table = renderFigures(figures.filter(({ target }) => target !== undefined));
  const marked = `<!-- figures -->\n\n${table}\n\n<!-- /figures -->`;
  const text = await readFile(readme, 'utf8');
  await writeFile(readme, text.replace(/<!-- figures -->[\s\S]*?<!-- \/figures -->/u, marked));
}
