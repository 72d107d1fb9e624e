// What answers are worth beside finding: npm run bench:answers -- [--json] [--only verifier|dialogues|speed] [--misjudged 20]
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { renderFigures, report } from '@fumikura/evaluation';
import { dialogueFigures } from './answers/dialogues.ts';
import { speedFigures } from './answers/speed.ts';
import { verifierFigures } from './answers/verifier.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    misjudged: { type: 'string', default: '0' },
    sets: { type: 'string', default: fileURLToPath(new URL('../../../shared/eval', import.meta.url)) },
  },
});

const figures = [];
if (values.only === undefined || values.only === 'verifier') {
  if (!existsSync(values.sets))
    throw new Error(`there are no collections in ${values.sets}; name them with --sets`);
  const { figures: found, misjudged } = await verifierFigures(values.sets);
  figures.push(...found);
  for (const each of sample(misjudged, Number(values.misjudged)))
    process.stderr.write(`${JSON.stringify(each)}\n`);
}
if (values.only === undefined || values.only === 'dialogues')
  figures.push(...(await dialogueFigures((text) => process.stderr.write(`${text}\n`))));
if (values.only === undefined || values.only === 'speed')
  figures.push(...(await speedFigures((text) => process.stderr.write(`${text}\n`))));
process.stdout.write(`${values.json ? JSON.stringify(report(figures)) : renderFigures(figures)}\n`);
if (figures.some(({ pass }) => pass === false)) process.exitCode = 1;

/** So many of each kind. */
function sample<T extends { readonly kind: string }>(all: readonly T[], each: number): T[] {
  const seen = new Map<string, number>();
  return all.filter(({ kind }) => {
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return (seen.get(kind) ?? 0) <= each;
  });
}
