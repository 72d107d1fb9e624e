import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

export function registerAnswerWithEvidence(server: McpServer): void {
  server.registerPrompt(
    'answer_with_evidence',
    {
      title: 'Answer with evidence',
      description: 'Answers a question from the company knowledge and shows what each statement rests on.',
      argsSchema: z.object({ question: z.string().min(1).max(1_000).describe('What you want to know.') }),
    },
    ({ question }) => ({
      messages: [
        {
          role: 'user',
          content: {
            type: 'text',
            text: `Answer this from the company's knowledge: ${question}\n\nAsk ask_question. Give its statements with title and url of what they cite, say how sure they are, and show both sides of a contradiction. When it refuses, say so, name what is missing, and offer the related documents. Add nothing of your own.`,
          },
        },
      ],
    }),
  );
}
