import { toAppError } from '@fumikura/errors';
import type { AppError } from '@fumikura/errors';
import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError } from '@modelcontextprotocol/server';
import type { CallContext, Caller } from '../deps.ts';
import { answer } from './answer.ts';
import type { Answer } from './answer.ts';
import type { RequestContext } from './progress.ts';

/**
 * A resource's answer. Failures are protocol errors here, there is no other form for them; "absent" and "not yours"
 * are one.
 * @throws ResourceNotFoundError, ProtocolError
 */
export async function resourceReply<T>(
  call: CallContext,
  request: RequestContext,
  uri: string,
  wanted: string | undefined,
  work: (caller: Caller, signal: AbortSignal) => Promise<Answer<T>>,
): Promise<T> {
  try {
    return await answer(call, request, { via: 'resource', ...(wanted !== undefined && { wanted }) }, work);
  } catch (error) {
    throw protocolError(toAppError(error), uri);
  }
}

function protocolError({ kind, code, publicMessage }: AppError, uri: string): ProtocolError {
  if (kind === 'not-found' || kind === 'permission') return new ResourceNotFoundError(uri);
  const isTheirs = kind === 'invalid-input';
  return new ProtocolError(
    isTheirs ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError,
    publicMessage,
    { code },
  );
}
