import type { SourceSetup } from '@fumikura/ports';

/** What `fumi source add __name__` tells and asks. */
export const __camel__Setup: SourceSetup = {
  title: '__Name__',
  steps: ['Make an account for Fumikura, with the rights below and no others, and a token for it.'],
  rights: [{ right: 'to read everything that is to be found', without: 'what it cannot read is not indexed' }],
  fields: [
    { path: 'url', question: 'Address', kind: 'text', example: 'https://__name__.example.com' },
    { path: 'token', question: 'Token', kind: 'secret' },
  ],
};
