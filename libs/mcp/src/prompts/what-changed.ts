import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

export function registerWhatChanged(server: McpServer): void {
  server.registerPrompt(
    'what_changed',
    {
      title: 'What changed',
      description: 'Sums up what was written or changed about a topic since a date.',
      argsSchema: z.object({
        topic: z.string().min(1).max(500).describe('About what.'),
        since: z.string().min(4).max(40).describe('Date, for example 2026-01-31.'),
      }),
    },
    ({ topic, since }) => ({
      messages: [
        {
          role: 'user',
          content: {
            type: 'text',
            text: `Tell me what changed since ${since} about: ${topic}\n\nUse create_summary with query and changedSince. Give its points with title and url, newest first, and say which documents were left out.`,
          },
        },
      ],
    }),
  );
}
