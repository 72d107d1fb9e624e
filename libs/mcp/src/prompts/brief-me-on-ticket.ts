import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

export function registerBriefMeOnTicket(server: McpServer): void {
  server.registerPrompt(
    'brief_me_on_ticket',
    {
      title: 'Brief me on a ticket',
      description: 'Explains a ticket and its background from everything around it.',
      argsSchema: z.object({
        ticket: z.string().min(1).max(200).describe('Key or title, for example PAY-123.'),
      }),
    },
    ({ ticket }) => ({
      messages: [
        {
          role: 'user',
          content: {
            type: 'text',
            text: `Brief me on the ticket ${ticket}. Search for its key and its subject, read what you find, and tell me: what it is about, its state, who works on it, what was decided, what is open. Cite title and url for each statement. If you do not find it, say so.`,
          },
        },
      ],
    }),
  );
}
