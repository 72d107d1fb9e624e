import type { McpServer } from '@modelcontextprotocol/server';
import { completable } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { completeText } from '../completion.ts';
import type { CallContext } from '../deps.ts';

export function registerResearchTopic(server: McpServer, call: CallContext): void {
  server.registerPrompt(
    'research_topic',
    {
      title: 'Research a topic',
      description: 'Gathers what the company has written about a topic, with sources.',
      argsSchema: z.object({
        topic: completable(z.string().min(1).max(500).describe('What to research.'), (typed) =>
          completeText(call, typed),
        ),
      }),
    },
    ({ topic }) => ({
      messages: [
        {
          role: 'user',
          content: {
            type: 'text',
            text: `Research this topic in the company's knowledge: ${topic}\n\nSearch with several wordings, read the best documents, and write a short report. Cite title and url for each statement, name contradictions and outdated documents, and say which sources did not answer. If the documents do not tell, say so.`,
          },
        },
      ],
    }),
  );
}
