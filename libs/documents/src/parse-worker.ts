import { parentPort } from 'node:worker_threads';
import { AppError, toAppError } from '@fumikura/errors';
import type { CarriedError, ParseReply, ParseTask } from './pipeline.ts';
import { prepareBlocks, prepareContent, prepareFile } from './prepare.ts';
import type { Prepared } from './types.ts';

// Libraries that print would write into a protocol or a report: nothing a parser says goes there.
// eslint-disable-next-line no-console -- this is where it is silenced
console.log = console.info = console.warn = console.error = () => undefined;

parentPort?.on('message', (task: ParseTask) => void reply(task));

async function reply({ id, ...task }: ParseTask): Promise<void> {
  try {
    post({ id, prepared: await prepare(task) });
  } catch (error) {
    post({ id, error: carried(error) });
  }
}

function prepare({ input, limits, chunking }: Omit<ParseTask, 'id'>): Prepared | Promise<Prepared> {
  if ('blocks' in input) return prepareBlocks(input.blocks, limits, chunking);
  return 'path' in input ? prepareFile(input, limits, chunking) : prepareContent(input, limits, chunking);
}

function post(message: ParseReply): void {
  parentPort?.postMessage(message);
}

/** A parser that fails in a way of its own has met a damaged file, or a bug: either way the file is left out and named. */
function carried(error: unknown): CarriedError {
  const known = error instanceof AppError ? error : failed(toAppError(error));
  const { code, kind, message, publicMessage } = known;
  return { code, kind, message, publicMessage };
}

function failed({ message }: AppError): AppError {
  return new AppError('PARSE_FAILED', 'invalid-input', message, {
    publicMessage: 'The file made its reader fail; it is probably damaged. It is left out.',
  });
}
