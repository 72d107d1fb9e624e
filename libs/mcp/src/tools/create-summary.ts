import type { Summary, SummaryTarget } from '@fumikura/answering';
import { invalidInput } from '@fumikura/errors';
import type { WithheldDocument } from '@fumikura/retrieval';
import type { McpServer } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import { answeringAsker } from '../answering.ts';
import type { CallContext } from '../deps.ts';
import type { Answer } from '../reply/answer.ts';
import { fitText } from '../reply/size.ts';
import { toolReply } from '../reply/tool-reply.ts';
import type { ToolAnswer } from '../reply/tool-reply.ts';
import { challengeFor } from '../scopes.ts';
import { cleanLine } from '../untrusted/clean.ts';
import { meantId, shownId } from '../untrusted/ids.ts';
import { cleanAddress } from '../untrusted/links.ts';
import { READ_ONLY } from './annotations.ts';
import { asText, toCitation, toClaim } from './answer-parts.ts';
import { summaryInput, summaryOutput } from './answer-schema.ts';

export function registerCreateSummary(server: McpServer, call: CallContext): void {
  server.registerTool(
    'create_summary',
    {
      title: 'Summarize documents',
      description:
        'Summarizes documents, or what a search finds, as points with citations. Says what was left out.',
      inputSchema: summaryInput,
      outputSchema: summaryOutput,
      annotations: READ_ONLY,
      scopeChallenge: challengeFor(call, 'create_summary'),
    },
    (args, request) =>
      toolReply(
        call,
        request,
        { via: 'create_summary', query: args.query ?? args.focus ?? '', isLong: true },
        async (caller, signal, tell) => {
          const withheld: WithheldDocument[] = [];
          const events = call.deps.answering.summarize(
            targetOf(args),
            answeringAsker(call, caller, signal, withheld),
            {
              length: args.length,
              ...(args.focus && { focus: args.focus }),
              ...(args.changedSince && { changedSince: args.changedSince }),
            },
          );
          let summary: Summary | undefined;
          for await (const event of events) {
            if (event.kind === 'summary') ({ summary } = event);
            else if (event.kind === 'reading') tell(`Read ${event.done} of ${event.total}`);
            else if (event.kind === 'stage') tell(`Notes of ${event.done} of ${event.total} parts`);
          }
          if (!summary) throw new Error('a summary without an end');
          return replyOf(summary, withheld);
        },
      ),
  );
}

function targetOf({ documentIds, query }: z.output<typeof summaryInput>): SummaryTarget {
  if (documentIds && query === undefined) return { documentIds: documentIds.map(meantId) };
  if (query !== undefined && !documentIds) return { query };
  throw invalidInput('INVALID_ARGUMENT', 'Give documentIds or query, and not both.');
}

function replyOf(summary: Summary, withheld: readonly WithheldDocument[]): Answer<ToolAnswer> {
  const { kind, points, citations, documents, leftOut, leftOutBeyond, truncated, refusal, notices } = summary;
  // Ids that were left out are the caller's own words; those of a search were checked like what is shown.
  const named = leftOut.map(({ documentId, reason, removed }) => ({
    ...(documentId && { id: shownId(documentId) }),
    reason,
    ...(removed && { removed }),
  }));
  return {
    documentIds: [
      ...documents.map(({ id }) => id),
      ...leftOut.flatMap(({ documentId, reason }) =>
        documentId !== undefined && reason !== 'not-found' && reason !== 'beyond-cap' ? [documentId] : [],
      ),
    ],
    withheld,
    value: {
      structured: {
        summary: asText(points.map(toClaim)),
        kind,
        citations: citations.map(toCitation).slice(0, 40),
        documents: documents.map(({ id, title, url }) => ({
          id: shownId(id),
          title: fitText(cleanLine(title, 300), 30),
          url: cleanAddress(url),
        })),
        ...(named.length > 0 && { leftOut: named }),
        ...(leftOutBeyond > 0 && { leftOutBeyond }),
        truncated,
        ...(refusal && {
          refusal: { ...refusal, searched: [...refusal.searched], missing: [...refusal.missing] },
        }),
        ...(notices.length > 0 && { notices }),
      },
    },
  };
}
