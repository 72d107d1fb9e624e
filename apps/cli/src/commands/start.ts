import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connectorFor, openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import { loadConfig } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import { styleText } from 'node:util';
import type { Context } from '../context.ts';
import { duration } from '../output.ts';
import type { StartOptions } from '../options.ts';
import { showShortly } from './demo.ts';
import { printPage, searchAs } from './search.ts';
import { syncOne } from './sync.ts';
import { serveHere } from '../serve.ts';

const QUESTIONS = ['how do we rotate secrets', '有給休暇は何日ありますか', 'who is on call in week 48'];
const HITS = 2;
/** Of those that are asked to the invented company as three persons. */
const COMPANY_QUESTIONS = 2;

/**
 * What a visitor sees in the first minute: the handbook that ships with Fumikura, indexed, asked and served, and in between
 * an invented company in four systems, asked as three persons.
 */
export async function startCommand(context: Context, options: StartOptions): Promise<void> {
  const started = performance.now();
  const config = await loadConfig(handbookConfig());
  const installation = await openInstallation(config, {
    logger: context.logger,
    mode: 'service',
    variables: context.variables,
  });
  try {
    for (const source of config.sources)
      await syncOne(context, installation, connectorFor(source, config, context), {});
    const answers = await askAll(context, installation);
    const startToAnswersMs = Math.round(performance.now() - started);
    context.output.line(
      styleText('dim', `\nFrom start to the last answer: ${duration(startToAnswersMs)}.\n`),
    );
    const company = context.signal.aborted ? undefined : await showShortly(context, COMPANY_QUESTIONS);
    context.output.json({ answers, startToAnswersMs, ...(company && { company }) });
    context.output.line(
      styleText('dim', '\nMore of this company, and MCP as one of the three: npx fumi demo'),
    );
    if (options.serve && !context.signal.aborted) await serveHere(context, installation, config, options);
  } finally {
    await installation.close();
  }
}

async function askAll(context: Context, installation: Installation) {
  const { output } = context;
  const asker = { via: 'cli start', actor: installation.localPerson() };
  const answers = [];
  for (const query of QUESTIONS) {
    const page = await searchAs(context, installation, query, { limit: HITS }, asker);
    output.line(`\n${styleText('bold', styleText('yellow', `? ${query}`))}`);
    const { nextCursor: _, ...shown } = page;
    printPage(output, { ...shown, notices: [] });
    answers.push({ query, hits: page.hits, tookMs: page.tookMs });
  }
  return answers;
}

function handbookConfig(): string {
  const isSource = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(
    new URL(isSource ? '../../../../examples/handbook.yaml' : '../examples/handbook.yaml', import.meta.url),
  );
  if (existsSync(file)) return file;
  throw new AppError('CONFIG_NOT_FOUND', 'config', `${file} is missing`, {
    publicMessage:
      'The example handbook is not part of this installation. Run "fumi init" and add a source of your own.',
  });
}
