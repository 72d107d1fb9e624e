import { randomUUID } from 'node:crypto';
import { toAppError } from '@fumikura/errors';
import type { AccessFilter } from '@fumikura/ports';
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { CallContext } from './deps.ts';

const DEADLINE_MS = 10_000;

interface RequestContext {
  readonly mcpReq: { readonly signal: AbortSignal };
}

/**
 * Runs a tool's work under its deadline and turns every failure into a result the model can act on: an exception's own
 * text never leaves, it may name paths, hosts and hidden documents.
 */
export async function toolReply(
  call: CallContext,
  context: RequestContext,
  work: (access: AccessFilter, signal: AbortSignal) => Promise<Record<string, unknown>>,
): Promise<CallToolResult> {
  const { deps } = call;
  const signal = AbortSignal.any([
    context.mcpReq.signal,
    AbortSignal.timeout(deps.deadlineMs ?? DEADLINE_MS),
  ]);
  try {
    const structuredContent = await work(await call.access(), signal);
    return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
  } catch (cause) {
    const error = toAppError(cause);
    const isOurs = error.kind === 'internal';
    const id = isOurs ? randomUUID() : undefined;
    if (isOurs) deps.logger.error('mcp.tool.failed', { id, code: error.code, message: error.message });
    const text = `${error.code}: ${error.publicMessage}${id ? ` (reference ${id})` : ''}`;
    return { isError: true, content: [{ type: 'text', text }] };
  }
}
