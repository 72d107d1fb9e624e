import type { AppError } from '@fumikura/errors';
import { toAppError } from '@fumikura/errors';
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import type { CallContext, Caller } from '../deps.ts';
import { cleanLine } from '../untrusted/clean.ts';
import { answer } from './answer.ts';
import type { Answer, Question } from './answer.ts';
import type { RequestContext } from './progress.ts';

export interface ToolAnswer {
  readonly structured: Record<string, unknown>;
  /** Beside the text, e.g. resource links. */
  readonly content?: readonly ContentBlock[];
  /** For programs, not for the model. */
  readonly meta?: Record<string, unknown>;
}

/**
 * A tool's result: the same facts as structured content and as one compact text, because hosts forward one or the
 * other. A failure is a result too, one that the model can act on.
 */
export async function toolReply(
  call: CallContext,
  request: RequestContext,
  question: Question,
  work: (caller: Caller, signal: AbortSignal, tell: (stage: string) => void) => Promise<Answer<ToolAnswer>>,
): Promise<CallToolResult> {
  try {
    const { structured, content = [], meta } = await answer(call, request, question, work);
    return {
      structuredContent: structured,
      content: [{ type: 'text', text: JSON.stringify(structured) }, ...content],
      ...(meta && { _meta: meta }),
    };
  } catch (error) {
    return failure(toAppError(error));
  }
}

/** Values that documents brought stay apart from what we say: the second item, never inside our sentence. */
function failure(error: AppError): CallToolResult {
  const near = nearValues(error);
  return {
    isError: true,
    content: [
      { type: 'text', text: `${error.code}: ${error.publicMessage}` },
      ...(near.length > 0
        ? [{ type: 'text' as const, text: JSON.stringify({ untrustedValuesThereAre: near }) }]
        : []),
    ],
  };
}

function nearValues({ details }: AppError): string[] {
  const near: unknown = details['near'];
  if (!Array.isArray(near)) return [];
  return near
    .filter((value) => typeof value === 'string')
    .slice(0, 10)
    .map((value) => cleanLine(value, 200));
}
