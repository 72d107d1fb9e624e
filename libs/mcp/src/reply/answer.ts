import { randomUUID } from 'node:crypto';
import { AppError, toAppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import { DEFAULT_MCP_LIMITS } from '../deps.ts';
import type { CallContext, Caller, ShownEvent } from '../deps.ts';
import { requireRoleFor, requireScopesFor } from '../scopes.ts';
import { reportProgress } from './progress.ts';
import type { RequestContext } from './progress.ts';

export interface Question {
  /** Tool name, `resource` or `completion`. */
  readonly via: string;
  readonly query?: string;
  /** The document that is asked for by its id. */
  readonly wanted?: DocumentId;
  /** Takes as long as a model may: another deadline. */
  readonly isLong?: boolean;
}

export interface Answer<T> {
  readonly value: T;
  readonly documentIds: readonly DocumentId[];
  readonly withheld?: readonly DocumentId[];
}

/**
 * Runs the work of one call: as the caller, under the deadline, written down before it is answered.
 * @throws AppError whose publicMessage may leave the process, whatever went wrong inside
 */
export async function answer<T>(
  call: CallContext,
  request: RequestContext,
  question: Question,
  work: (caller: Caller, signal: AbortSignal, tell: (stage: string) => void) => Promise<Answer<T>>,
): Promise<T> {
  const { progressEveryMs, ...limits } = { ...DEFAULT_MCP_LIMITS, ...call.deps.limits };
  const deadlineMs = question.isLong ? limits.answerDeadlineMs : limits.deadlineMs;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(deadlineExceeded(deadlineMs)), deadlineMs);
  const signal = AbortSignal.any([request.mcpReq.signal, deadline.signal]);
  const progress = reportProgress(request, progressEveryMs);
  let caller: Caller | undefined;
  try {
    const done = await unlessAborted(signal, async () => {
      caller = await call.caller();
      // A list of sources is a resource too, but no document.
      if (question.via !== 'resource' || question.wanted !== undefined) requireScopesFor(call, question.via);
      requireRoleFor(call, caller.person, question.via);
      return work(caller, signal, progress.tell);
    });
    await unlessAborted(signal, () => writeDown(call, question, caller, done));
    return done.value;
  } catch (cause) {
    const error = presentable(call, deadline.signal.aborted ? deadline.signal.reason : cause);
    await writeRefusal(call, question, caller, error);
    throw error;
  } finally {
    clearTimeout(timer);
    progress.stop();
  }
}

/** Ends with the signal even when the work does not look at it. */
async function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function writeDown(
  { deps, context }: CallContext,
  question: Question,
  caller: Caller | undefined,
  { documentIds, withheld = [] }: Pick<Answer<unknown>, 'documentIds' | 'withheld'>,
  refusedWith?: AppError['code'],
): Promise<void> {
  if (!deps.onShown) return;
  const event: ShownEvent = {
    at: new Date((deps.now ?? Date.now)()).toISOString(),
    ...(caller && { person: caller.person }),
    via: question.via,
    ...(question.query !== undefined && { query: question.query }),
    ...(question.wanted !== undefined && { wanted: question.wanted }),
    documentIds,
    withheld,
    ...(refusedWith && { refusedWith }),
  };
  await deps.onShown(event, context);
}

/** A refusal shows nothing, so it is given even when it cannot be written down; that it could not is logged. */
async function writeRefusal(
  call: CallContext,
  question: Question,
  caller: Caller | undefined,
  { code }: AppError,
): Promise<void> {
  await writeDown(call, question, caller, { documentIds: [] }, code).catch((cause: unknown) =>
    call.deps.logger.error('mcp.audit.failed', { via: question.via, message: toAppError(cause).message }),
  );
}

/** Only ours is unexpected: it is logged once, with an id that the answer names too. */
function presentable({ deps }: CallContext, cause: unknown): AppError {
  const error = toAppError(cause);
  if (error.kind !== 'internal') return error;
  const reference = randomUUID();
  deps.logger.error('mcp.call.failed', { reference, code: error.code, message: error.message });
  return new AppError(error.code, 'internal', error.message, {
    publicMessage: `Something went wrong here. Tell the operator this reference: ${reference}.`,
    cause: error,
  });
}

function deadlineExceeded(deadlineMs: number): AppError {
  return new AppError('DEADLINE_EXCEEDED', 'transient', `no answer within ${deadlineMs} ms`, {
    publicMessage: `No answer within ${deadlineMs} ms. Try again, or ask for something narrower.`,
  });
}
