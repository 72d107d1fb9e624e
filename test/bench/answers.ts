// What answers are worth beside finding: npm run bench:answers -- [--json] [--only verifier|dialogues|speed|tokens] [--misjudged 20]
// [--embedder none|<folder>]: verifier and dialogues with the vote of a local model.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { renderFigures, report } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { dialogueFigures } from './answers/dialogues.ts';
import { speedFigures } from './answers/speed.ts';
import { tokenFigures } from './answers/tokens.ts';
import { embedderOf } from './answers/voting-embedder.ts';
import type { VotingEmbedder } from './answers/voting-embedder.ts';
import { verifierFigures } from './answers/verifier.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    misjudged: { type: 'string', default: '0' },
    embedder: {
      type: 'string',
      default: fileURLToPath(new URL('../../../shared/models/all-MiniLM-L6-v2', import.meta.url)),
    },
    sets: { type: 'string', default: fileURLToPath(new URL('../../../shared/eval', import.meta.url)) },
  },
});

const figures: Figure[] = [];
const note = (text: string) => void process.stderr.write(`${text}\n`);
const isWanted = (part: string) => values.only === undefined || values.only === part;
if (isWanted('tokens')) figures.push(...(await tokenFigures(values.sets)));
const embedder =
  isWanted('verifier') || isWanted('dialogues') ? await embedderOf(values.embedder) : undefined;
if (isWanted('verifier')) {
  if (!existsSync(values.sets))
    throw new Error(`there are no collections in ${values.sets}; name them with --sets`);
  await verifier();
  if (embedder) await verifier(embedder);
}
if (isWanted('dialogues')) {
  figures.push(...(await dialogueFigures(note)));
  if (embedder) figures.push(...withEmbedder(await dialogueFigures(note, embedder.likeness)));
}
await embedder?.close();
if (isWanted('speed')) figures.push(...(await speedFigures(note)));
process.stdout.write(`${values.json ? JSON.stringify(report(figures)) : renderFigures(figures)}\n`);
if (figures.some(({ pass }) => pass === false)) process.exitCode = 1;

async function verifier(by?: VotingEmbedder): Promise<void> {
  const { figures: found, misjudged } = await verifierFigures(values.sets, by?.likeness);
  figures.push(...(by ? [...withEmbedder(found), ...by.figures()] : found));
  for (const each of sample(misjudged, Number(values.misjudged)))
    note(JSON.stringify({ ...each, ...(by && { withEmbedder: true }) }));
}

function withEmbedder(found: readonly Figure[]): Figure[] {
  return found.map((each) => ({ ...each, id: each.id.replace('.', '.withEmbedder.') }));
}

/** So many of each kind. */
function sample<T extends { readonly kind: string }>(all: readonly T[], each: number): T[] {
  const seen = new Map<string, number>();
  return all.filter(({ kind }) => {
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return (seen.get(kind) ?? 0) <= each;
  });
}
