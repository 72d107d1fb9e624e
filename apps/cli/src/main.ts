import type { AppError } from '@fumikura/errors';
import { toAppError } from '@fumikura/errors';
import { escapeHidden, normaliseText } from '@fumikura/text';
import { CommanderError } from 'commander';
import { readEnvironment } from './context.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { buildProgram } from './program.ts';

/** Runs one command line. @returns the process's exit code; see `fumi exit-codes` */
export async function main(args: readonly string[]): Promise<number> {
  const interrupt = listenForInterrupt();
  endWhenNobodyReads();
  const program = buildProgram(readEnvironment(), interrupt.signal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT_CODES.ok);
  } catch (error) {
    if (error instanceof CommanderError) return usage(error, args);
    return report(toAppError(error), args);
  } finally {
    interrupt.stop();
  }
}

/** The parser has told people already; a script that asked for JSON gets its one value too. */
function usage(error: CommanderError, args: readonly string[]): number {
  if (error.exitCode === 0) return EXIT_CODES.ok;
  const message = error.message.replace(/^error: /, '').replace(/\s+/g, ' ');
  if (args.includes('--json'))
    process.stdout.write(
      `${escapeHidden(JSON.stringify({ error: { code: 'INVALID_ARGUMENT', message } }))}\n`,
    );
  return EXIT_CODES.usage;
}

function report(error: AppError, args: readonly string[]): number {
  const isVerbose = args.includes('--verbose');
  const near = nearValues(error);
  if (args.includes('--json')) {
    const body = { code: error.code, message: error.publicMessage, ...(near.length > 0 && { near }) };
    process.stdout.write(`${escapeHidden(JSON.stringify({ error: body }))}\n`);
  } else {
    tell(`fumi: ${error.publicMessage}`);
    // Values of documents, which a terminal must not obey.
    for (const value of near) tell(`  ${value}`);
  }
  if (error.kind === 'internal') {
    tell(
      isVerbose
        ? (error.stack ?? error.message)
        : `${error.message}\nRun again with --verbose for the details.`,
    );
  } else if (isVerbose) {
    tell(`${error.code}: ${error.stack ?? error.message}`);
  }
  return exitCodeOf(error);
}

function tell(text: string): void {
  process.stderr.write(`${normaliseText(text)}\n`);
}

/** What the person may have meant, when the error offers it. */
function nearValues({ details }: AppError): string[] {
  const near: unknown = details['near'];
  return Array.isArray(near) ? near.filter((value) => typeof value === 'string') : [];
}

/** `fumi search … | head`: whoever read has had enough. */
function endWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT_CODES.ok);
    throw error;
  });
}

/** First signal: stop cleanly. Second: stop now. */
function listenForInterrupt(): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted);
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    stop: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  };
}
