import { connectorFor, openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import { loadConfig } from '@fumikura/config';
import { invalidInput } from '@fumikura/errors';
import type { Connector } from '@fumikura/ports';
import type { Context } from '../context.ts';
import { askAs } from '../demo/ask.ts';
import type { Answer } from '../demo/ask.ts';
import { startCompany } from '../demo/company.ts';
import type { Introduction } from '../demo/company.ts';
import { makeHome } from '../demo/home.ts';
import type { DemoHome } from '../demo/home.ts';
import { answerForScripts, showAnswer, showAskers, showNext, systemOf } from '../demo/show.ts';
import type { DemoOptions } from '../options.ts';
import { count, duration } from '../output.ts';
import { serveHere } from '../serve.ts';
import { showProgress } from '../progress.ts';

/** An invented company in four systems, and what three of its people find with the same questions. */
export async function demoCommand(context: Context, options: DemoOptions): Promise<void> {
  const started = performance.now();
  const company = await startCompany(context.signal);
  try {
    const { introduction } = company;
    const sitsHere = options.as ?? introduction.persons[0]?.id ?? '';
    checkAsker(introduction, sitsHere);
    const home = await makeHome(introduction, {
      cwd: process.cwd(),
      ...(options.folder !== undefined && { folder: options.folder }),
    });
    try {
      await showCompany(context, options, { introduction, home, sitsHere, started });
    } finally {
      await home.leave();
    }
  } finally {
    await company.stop();
  }
}

interface Shown {
  readonly introduction: Introduction;
  readonly home: DemoHome;
  readonly sitsHere: string;
  /** Of `performance.now()`. */
  readonly started: number;
}

async function showCompany(context: Context, options: DemoOptions, shown: Shown): Promise<void> {
  const { introduction, home, sitsHere, started } = shown;
  const config = await loadConfig(home.configOf(sitsHere));
  const installation = await openInstallation(config, { logger: context.logger, mode: 'service' });
  try {
    const { documents, answers } = await readAndAsk(context, installation, introduction);
    const tookMs = Math.round(performance.now() - started);
    context.output.json({
      company: introduction.name,
      documents,
      persons: introduction.persons.map(({ id, name, role }) => ({ id, name, role })),
      answers: answers.map(answerForScripts),
      startToAnswersMs: tookMs,
    });
    if (context.signal.aborted) return;
    context.output.line(`\nFrom nothing to the last answer: ${duration(tookMs)}.`);
    if (options.serve)
      await serveHere(context, installation, config, options, () =>
        showNext(context.output, introduction, home, sitsHere),
      );
  } finally {
    await installation.close();
  }
}

/** Reads the four systems, then asks everything as everybody; the first `most` questions. */
export async function readAndAsk(
  context: Context,
  installation: Installation,
  introduction: Introduction,
  most = introduction.questions.length,
): Promise<{ documents: number; answers: readonly Answer[] }> {
  const { output, signal } = context;
  const { name, about, persons, questions } = introduction;
  output.line(`${name} is invented: ${about}.`);
  output.line('Its Confluence, Jira, GitHub and SharePoint are simulated on this machine. Reading them:\n');
  const { config, store } = installation;
  for (const source of config.sources) {
    if (signal.aborted) break;
    await readSource(context, installation, connectorFor(source, config, context));
  }
  const documents = (await store.catalog.sources()).reduce((sum, each) => sum + each.documents, 0);
  const answers: Answer[] = [];
  if (!signal.aborted) showAskers(output, persons, documents);
  for (const question of questions.slice(0, most)) {
    if (signal.aborted) break;
    const answer = await askAs(installation, persons, question, signal);
    showAnswer(output, persons, answer);
    answers.push(answer);
  }
  return { documents, answers };
}

async function readSource(
  { output, signal }: Context,
  installation: Installation,
  connector: Connector,
): Promise<void> {
  const view = showProgress(output, connector.id);
  const started = performance.now();
  try {
    await installation.ingest.sync(connector, { signal, onProgress: view.update });
  } finally {
    view.stop();
  }
  const sources = await installation.store.catalog.sources();
  const documents = sources.find(({ id }) => id === connector.id)?.documents ?? 0;
  const took = duration(performance.now() - started);
  output.line(`  ${systemOf(connector.id).padEnd(12)} ${count(documents, 'document')} in ${took}`);
}

function checkAsker({ persons }: Introduction, id: string): void {
  if (persons.some((person) => person.id === id)) return;
  const all = persons.map((person) => person.id).join(', ');
  throw invalidInput('INVALID_ARGUMENT', `--as: there is nobody "${id}". There are: ${all}.`);
}
