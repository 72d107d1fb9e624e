import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLikeness } from '@fumikura/answering';
import type { SpendBook, Spent, WriterOptions } from '@fumikura/answering';
import { invalid, Secret } from '@fumikura/config';
import type { Config, ConfigProblem, ModelConfig } from '@fumikura/config';
import type { Logger } from '@fumikura/logging';
import { createOpenaiModel } from '@fumikura/provider-openai';
import type { InstalledEmbedder } from './embedding.ts';
import { withSecrets } from './connectors/secrets.ts';
import type { Variables } from './connectors/secrets.ts';

/** The configured model as answers use it. @throws AppError CONFIG_INVALID (config) when its key cannot be read */
export function installModel(
  config: Config,
  variables: Variables,
  {
    embedder,
    logger,
  }: { readonly embedder?: Pick<InstalledEmbedder, 'open'> | undefined; readonly logger: Logger },
): WriterOptions | undefined {
  const { model } = config;
  if (!model) return undefined;
  const { url, api, price, maxAnswerTokens, asksTwice, timeoutMs, budgetPerPerson } = model;
  const apiKey = keyOf(config, model, variables);
  return {
    model: createOpenaiModel({
      baseUrl: new URL(url),
      model: model.model,
      api,
      timeoutMs,
      ...(apiKey && { apiKey }),
      ...(price && { price }),
    }),
    limits: budgetPerPerson,
    book: spendBookOf(config.dataFolder),
    maxAnswerTokens,
    asksTwice,
    timeoutMs,
    ...(embedder && {
      likeness: createLikeness({
        open: () => embedder.open(),
        onFailed: ({ code }) => logger.warn('answer.without-likeness', { code }),
      }),
    }),
  };
}

function keyOf({ folder, file }: Config, { key }: ModelConfig, variables: Variables): Secret | undefined {
  if (!key) return undefined;
  const problems: ConfigProblem[] = [];
  const secret: unknown = withSecrets(key, { path: 'model.key', folder, variables }, problems);
  if (problems.length > 0) throw invalid(file, problems);
  return secret instanceof Secret ? secret : undefined;
}

/**
 * A file for each day, a line for each answer: short lines that several processes append side by side. Persons stand there
 * by issuer and subject, as in the audit.
 */
export function spendBookOf(dataFolder: string): SpendBook {
  const folder = join(dataFolder, 'model-use');
  const fileOf = (day: string) => join(folder, `${day}.jsonl`);
  return {
    spent: async (person, day) => {
      const text = await readFile(fileOf(day), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      });
      const total = { tokens: 0, usd: 0, seconds: 0 };
      for (const line of text.split('\n')) {
        if (line === '') continue;
        const entry = JSON.parse(line) as Spent & { readonly person: string };
        if (entry.person !== person) continue;
        total.tokens += entry.tokens;
        total.usd += entry.usd;
        total.seconds += entry.seconds;
      }
      return total;
    },
    add: async (person, day, more) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await appendFile(fileOf(day), `${JSON.stringify({ person, ...more })}\n`, { mode: 0o600 });
    },
  };
}
