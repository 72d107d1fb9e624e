import { connectorFor, openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import { loadConfig } from '@fumikura/config';
import { styleText } from 'node:util';
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
import { EXIT_CODES } from '../exit-codes.ts';
import { count, duration } from '../output.ts';
import { serveHere } from '../serve.ts';
import { showProgress } from '../progress.ts';

/** An invented company in four systems, and what three of its people find with the same questions. */
export async function demoCommand(context: Context, options: DemoOptions): Promise<void> {
  const started = performance.now();
  await withCompany(context, options, async (shown) => {
    const { documents, answers } = await readAndAsk(context, shown);
    const startToAnswersMs = Math.round(performance.now() - started);
    const { name, persons } = shown.introduction;
    context.output.json({
      company: name,
      documents,
      persons: persons.map(({ id, name: called, role }) => ({ id, name: called, role })),
      answers: answers.map(answerForScripts),
      startToAnswersMs,
    });
    if (context.signal.aborted) {
      process.exitCode = EXIT_CODES.interrupted;
      return;
    }
    context.output.line(
      styleText('dim', `\nFrom nothing to the last answer: ${duration(startToAnswersMs)}.`),
    );
    if (!options.serve) return;
    const { installation, home } = shown;
    await serveHere(context, installation, installation.config, options, (url) =>
      showNext(context.output, shown.introduction, home, shown.sitsHere, url),
    );
  });
}

/** As a part of something else: everything read, the first questions asked, nothing served and nothing left behind. */
export async function showShortly(context: Context, questions: number) {
  return withCompany(context, {}, async (shown) => {
    const { documents, answers } = await readAndAsk(context, shown, questions);
    return { company: shown.introduction.name, documents, answers: answers.map(answerForScripts) };
  });
}

interface Shown {
  readonly introduction: Introduction;
  readonly home: DemoHome;
  readonly sitsHere: string;
  readonly installation: Installation;
}

/** The company's process, a folder, and an installation that reads it; all three end with `use`. */
async function withCompany<T>(
  context: Context,
  options: Pick<DemoOptions, 'as' | 'folder'>,
  use: (shown: Shown) => Promise<T>,
): Promise<T> {
  const company = await startCompany(context);
  try {
    const { introduction } = company;
    const sitsHere = options.as ?? introduction.persons[0]?.id ?? '';
    checkAsker(introduction, sitsHere);
    const home = await makeHome(introduction, options.folder);
    try {
      const config = await loadConfig(home.configOf(sitsHere));
      const installation = await openInstallation(config, {
        logger: context.logger,
        mode: 'service',
        variables: context.variables,
      });
      try {
        return await use({ introduction, home, sitsHere, installation });
      } finally {
        await installation.close();
      }
    } finally {
      await home.leave();
    }
  } finally {
    await company.stop();
  }
}

/** Reads the four systems, then asks the first `most` questions as each of them. */
async function readAndAsk(
  context: Context,
  { installation, introduction }: Shown,
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
    const answer = await askAs(context, installation, persons, question);
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
  if (signal.aborted) return;
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
