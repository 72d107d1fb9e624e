import type { Answer as QuestionAnswer } from '@fumikura/answering';
import type { SourceId } from '@fumikura/model';
import type { WithheldDocument } from '@fumikura/retrieval';
import type { McpServer } from '@modelcontextprotocol/server';
import { answeringAsker } from '../answering.ts';
import type { CallContext } from '../deps.ts';
import type { Answer } from '../reply/answer.ts';
import { toCoverage } from '../reply/coverage.ts';
import { fitText } from '../reply/size.ts';
import { toolReply } from '../reply/tool-reply.ts';
import type { ToolAnswer } from '../reply/tool-reply.ts';
import { challengeFor } from '../scopes.ts';
import { cleanLine } from '../untrusted/clean.ts';
import { shownId } from '../untrusted/ids.ts';
import { cleanAddress } from '../untrusted/links.ts';
import { READ_ONLY } from './annotations.ts';
import { asText, toCitation, toClaim } from './answer-parts.ts';
import { askInput, askOutput } from './answer-schema.ts';

const PROGRESS = { searching: 'Searching', evidence: 'Reading what was found', claim: 'Checking statements' };

export function registerAskQuestion(server: McpServer, call: CallContext): void {
  server.registerTool(
    'ask_question',
    {
      title: 'Ask a question',
      description:
        'Answers a question from documents the person may read: statements with citations, how sure they are, contradictions; or says that there is no answer.',
      inputSchema: askInput,
      outputSchema: askOutput,
      annotations: READ_ONLY,
      scopeChallenge: challengeFor(call, 'ask_question'),
    },
    ({ question, context, sources }, request) =>
      toolReply(
        call,
        request,
        { via: 'ask_question', query: question, isLong: true },
        async (caller, signal, tell) => {
          const withheld: WithheldDocument[] = [];
          const asker = answeringAsker(call, caller, signal, withheld);
          const events = call.deps.answering.ask(question, asker, {
            ...(context && { context }),
            ...(sources && { filter: { sources: sources as readonly SourceId[] } }),
          });
          let answer: QuestionAnswer | undefined;
          for await (const event of events) {
            if (event.kind === 'answer') ({ answer } = event);
            else if (event.kind !== 'notice') tell(PROGRESS[event.kind]);
          }
          if (!answer) throw new Error('an answer without an end');
          return replyOf(answer, withheld);
        },
      ),
  );
}

function replyOf(answer: QuestionAnswer, withheld: readonly WithheldDocument[]): Answer<ToolAnswer> {
  const { kind, citations, confidence, conflicts, coverage, related, refusal, notices } = answer;
  const claims = answer.claims.map(toClaim);
  return {
    documentIds: [
      ...new Set([...citations.map(({ documentId }) => documentId), ...related.map(({ id }) => id)]),
    ],
    withheld,
    value: {
      structured: {
        answer: asText(claims),
        kind,
        claims,
        citations: citations.map(toCitation),
        confidence: { value: confidence.value, words: confidence.words },
        ...(conflicts.length > 0 && {
          conflicts: conflicts.map((conflict) => ({
            kind: conflict.kind,
            about: cleanLine(conflict.about, 200),
            sides: conflict.sides.map(({ citation, says, updatedAt }) => ({
              citation,
              says: cleanLine(says, 300),
              ...(updatedAt && { updatedAt }),
            })),
            ...(conflict.preferred !== undefined && { preferred: conflict.preferred }),
          })),
        }),
        coverage: toCoverage(coverage),
        related: related.map(({ id, title, url }) => ({
          id: shownId(id),
          title: fitText(cleanLine(title, 300), 40),
          url: cleanAddress(url),
        })),
        ...(refusal && {
          refusal: {
            reason: refusal.reason,
            message: refusal.message,
            searched: refusal.searched.map((text) => cleanLine(text, 300)),
            missing: [...refusal.missing],
          },
        }),
        ...(notices.length > 0 && { notices }),
      },
    },
  };
}
