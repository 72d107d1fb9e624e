import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connectorFor, openInstallation, serveHttp } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import { loadConfig } from '@fumikura/config';
import type { Config } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import { styleText } from 'node:util';
import type { Context } from '../context.ts';
import { duration } from '../output.ts';
import { VERSION } from '../program.ts';
import type { StartOptions } from '../options.ts';
import { printPage, searchAs } from './search.ts';
import { syncOne } from './sync.ts';
import { printConnections, untilAborted } from './up.ts';

const QUESTIONS = ['how do we rotate secrets', '有給休暇は何日ありますか', 'who is on call in week 48'];
const HITS = 2;

/** The handbook that ships with Fumikura, indexed, asked and served: what a visitor sees in the first minute. */
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
    context.output.json({ answers, startToAnswersMs: Math.round(performance.now() - started) });
    context.output.line(
      styleText('dim', `From start to the last answer: ${duration(performance.now() - started)}.`),
    );
    if (options.serve && !context.signal.aborted) await serve(context, installation, config, options);
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
    printPage(output, { ...page, notices: [] });
    answers.push({ query, hits: page.hits, tookMs: page.tookMs });
  }
  return answers;
}

/** The usual port, or a free one: a visitor's first minute must not fail over a port. */
async function serve(
  context: Context,
  installation: Installation,
  config: Config,
  options: StartOptions,
): Promise<void> {
  const serving = { installation, logger: context.logger, version: VERSION, variables: context.variables };
  const { host, port } = config.server;
  const server = await serveHttp(serving, host, options.port ?? port).catch((error: unknown) => {
    const isTaken = error instanceof AppError && error.code === 'PORT_IN_USE' && options.port === undefined;
    if (!isTaken) throw error;
    context.output.note(`Port ${port} is taken; using a free one.`);
    return serveHttp(serving, host, 0);
  });
  try {
    printConnections(context.output, server.url, config);
    await untilAborted(context.signal);
  } finally {
    await server.close();
  }
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
