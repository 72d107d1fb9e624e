import { Command } from 'commander';
import { addAnswering } from './answering-program.ts';
import { createContext } from './context.ts';
import type { Context, Environment, GlobalOptions } from './context.ts';
import { addEmbedding } from './embedding-program.ts';
import { examples } from './examples.ts';
import { addMeasuring } from './measuring-program.ts';
import { addPeople } from './people-program.ts';
import { addPlanning } from './planning-program.ts';
import { addReading } from './reading-program.ts';
import { addServing } from './serving-program.ts';
import { addSetUp } from './set-up-program.ts';
import { addSlack } from './slack-program.ts';
import { addTrust } from './trust-program.ts';

export const VERSION = '0.1.0';

/** The command tree. Each command's code is loaded when it runs, so that `fumi search` starts in a moment. */
export function buildProgram(environment: Environment, signal: AbortSignal): Command {
  const program = new Command('fumi')
    .description('Search everything your company has written, and see only what you may.')
    .version(VERSION)
    .option('--config <file>', 'configuration file (default: the nearest fumikura.yaml)')
    .option('--json', 'one JSON value on standard output')
    .option('--verbose', 'log what happens, with error details')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .showHelpAfterError('Run with --help for what is allowed.')
    .exitOverride();
  const context = (command: Command): Context =>
    createContext(command.optsWithGlobals<GlobalOptions>(), environment, signal);
  addSetUp(program, context);
  addReading(program, context);
  addAnswering(program, context);
  addPeople(program, context);
  addEmbedding(program, context);
  addServing(program, context);
  addSlack(program, context);
  addMeasuring(program, context);
  addPlanning(program, context);
  addTrust(program, context);
  program
    .command('exit-codes')
    .description('what the exit codes mean')
    .addHelpText('after', examples('fumi exit-codes', 'fumi exit-codes --json'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/exit-codes.ts')).exitCodesCommand(context(command)),
    );
  return program;
}
