// npm run new:connector -- <name> [--into folder]: the files of a new connector, its simulator, its page, and its contract,
// which fails until they are written. docs/connectors/writing.md goes on from there.
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const template = join(root, 'tools/connector-template');

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { into: { type: 'string', default: root } },
});
const [name = ''] = positionals;
if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u.test(name))
  stop(
    `"${name}" is no name of a connector. Use lower-case letters, digits and hyphens: npm run new:connector -- wiki`,
  );
const pascal = name.replace(/(?:^|-)([a-z0-9])/gu, (_, letter) => letter.toUpperCase());
const words = { __name__: name, __Name__: pascal, __camel__: pascal[0].toLowerCase() + pascal.slice(1) };

const files = (await readdir(template, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const made = files.map((file) => ({ file, target: join(values.into, filled(relative(template, file))) }));
for (const { target } of made)
  if (await stat(target).catch(() => undefined)) stop(`${target} exists already. Nothing was written.`);
for (const { file, target } of made) {
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, filled(await readFile(file, 'utf8')));
  process.stdout.write(`${relative(values.into, target)}\n`);
}
process.stdout.write(`
Next:
  npm install
  node --test test/sources/${name}.test.ts      fails: make it pass, case by case
  apps/composition/src/connectors/registry.ts   one line, and the package among its dependencies
  test/sources/worlds.ts                        one line, once there are worlds
  docs/connectors/writing.md                    says what each file is for
`);

/** Templates of TypeScript end in .tpl, so that nothing takes them for code. */
function filled(text) {
  return Object.entries(words)
    .reduce((result, [word, value]) => result.replaceAll(word, value), text)
    .replace(/\.tpl$/u, '');
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
