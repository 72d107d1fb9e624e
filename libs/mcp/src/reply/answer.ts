import { randomUUID } from 'node:crypto';
import { AppError, toAppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import { readGrant } from '@fumikura/ports';
import type { WithheldDocument } from '@fumikura/retrieval';
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
  readonly withheld?: readonly WithheldDocument[];
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
      // A list of sources is a resource too, but no document.
      if (question.via !== 'resource' || question.wanted !== undefined) requireScopesFor(call, question.via);
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        caller = await admitted(call, question);
        const before = rightsMark(call, caller);
        const result = await work(caller, signal, progress.tell);
        // Whoever lost rights while the answer was made does not get it.
        if (rightsMark(call, await admitted(call, question)) === before) return result;
      }
      throw rightsChanged();
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

/** An answer whose caller's rights change while it is made is made again, at most so often. */
const MAX_TRIES = 3;

async function admitted(call: CallContext, { via }: Question): Promise<Caller> {
  const caller = await call.caller();
  requireRoleFor(call, caller.person, via);
  return caller;
}

/** Who somebody is and what they are. Lists are not part of it: the second check of each document asks those. */
function rightsMark({ deps }: CallContext, { person, access }: Caller): string {
  return JSON.stringify([
    person.issuer,
    person.subject,
    deps.peopleVersion?.(),
    readGrant(access)?.principals.toSorted(),
  ]);
}

function rightsChanged(): AppError {
  const message = 'What you may read changed while this was answered. Ask again.';
  return new AppError('RIGHTS_CHANGED', 'conflict', message, { publicMessage: message });
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
