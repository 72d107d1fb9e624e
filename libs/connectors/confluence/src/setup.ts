import type { SourceSetup } from '@fumikura/ports';

/** The least an operator needs to know and to answer; everything else has a default in the schema. */
export const confluenceSetup: SourceSetup = {
  title: 'Confluence, Cloud or Data Center',
  steps: [
    'Make an account of its own for reading, and let it view every space that is to be found (on Data Center as an administrator of Confluence, who alone is told the members of groups).',
    'Cloud: signed in as that account, id.atlassian.com › Security › API tokens › create one, better with scopes: read:content-details:confluence, read:page:confluence, read:blogpost:confluence, read:comment:confluence, read:attachment:confluence, read:folder:confluence, read:whiteboard:confluence, read:database:confluence, read:space:confluence, read:space.permission:confluence, read:group:confluence, read:user:confluence, search:confluence.',
    'Data Center: signed in as that account, profile picture › Settings › Personal access tokens › create one.',
  ],
  rights: [
    { right: 'view of each space', without: 'the space is not read' },
    {
      right: 'a place in each restriction',
      without: 'the restricted pages and what lies below are not read',
    },
    {
      right: 'Cloud: read:group:confluence; Data Center: Confluence administrator',
      without: 'nobody can be told apart: everything stays closed',
    },
    { right: 'Cloud: read:space.permission:confluence', without: 'every space stays closed' },
    {
      right: 'Cloud: read:content-details:confluence',
      without: 'restrictions are not told: nothing is read',
    },
  ],
  fields: [
    {
      path: 'deployment',
      question: 'Which Confluence is it?',
      kind: 'text',
      choices: [
        { value: 'cloud', means: 'Confluence Cloud (…atlassian.net)' },
        { value: 'data-center', means: 'Confluence Data Center, run by yourselves' },
      ],
      default: 'cloud',
    },
    {
      path: 'url',
      question: 'Address of the site',
      kind: 'text',
      example: 'https://acme.atlassian.net',
    },
    {
      path: 'proof',
      question: 'What proves the account?',
      kind: 'text',
      choices: [
        { value: 'token', means: 'an API token' },
        { value: 'scopedToken', means: 'an API token with scopes' },
      ],
      isChoiceOnly: true,
      when: { path: 'deployment', is: 'cloud' },
    },
    {
      path: 'credential.email',
      question: 'Address of the account',
      kind: 'text',
      when: { path: 'deployment', is: 'cloud' },
    },
    {
      path: 'credential.token',
      question: 'API token',
      kind: 'secret',
      when: { path: 'proof', is: 'token' },
    },
    {
      path: 'credential.scopedToken',
      question: 'API token with scopes',
      kind: 'secret',
      when: { path: 'proof', is: 'scopedToken' },
    },
    {
      path: 'credential.personalToken',
      question: 'Personal access token',
      kind: 'secret',
      when: { path: 'deployment', is: 'data-center' },
    },
    {
      path: 'spaces',
      question: 'Keys of the spaces to read',
      kind: 'list',
      default: 'all',
      example: 'ENG, HR',
    },
  ],
};
