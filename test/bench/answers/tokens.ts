import { join } from 'node:path';
import { figure, openCollection } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { countTokens } from '@fumikura/provider-openai';
import { Tiktoken } from 'js-tiktoken/lite';
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import o200k from 'js-tiktoken/ranks/o200k_base';

const SETS = ['aws_docs', 'scifact', 'workarena_kb', 'jsquad', 'lawqa_jp'] as const;
const ENCODINGS = { o200k, cl100k } as const;
/** As long as a chunk is. */
const CHARACTERS = 1_600;
const PASSAGES = 400;
/** Of the passages, those whose estimate is no lower than the count. */
const ENOUGH = 0.99;

/** The estimate by script beside the tokenisers of the models: how often it is too low, and how much too high it is. */
export async function tokenFigures(folder: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, ranks] of Object.entries(ENCODINGS)) {
    const tokeniser = new Tiktoken(ranks);
    let [all, enough] = [0, 0];
    for (const set of SETS) {
      let [estimated, counted] = [0, 0];
      for (const passage of await passagesOf(join(folder, set))) {
        const [estimate, count] = [countTokens(passage), tokeniser.encode(passage, [], []).length];
        estimated += estimate;
        counted += count;
        all++;
        if (estimate >= count) enough++;
      }
      figures.push(figure(`tokens.${name}.${set}.estimateOverCount`, estimated / counted, '', 'lower'));
    }
    figures.push(figure(`tokens.${name}.neverLower.n${all}`, enough / all, '', 'higher', ENOUGH));
  }
  return figures;
}

async function passagesOf(folder: string): Promise<string[]> {
  const passages: string[] = [];
  for await (const { text } of (await openCollection(folder)).documents())
    for (let at = 0; at < text.length; at += CHARACTERS) {
      passages.push(text.slice(at, at + CHARACTERS));
      if (passages.length === PASSAGES) return passages;
    }
  return passages;
}
