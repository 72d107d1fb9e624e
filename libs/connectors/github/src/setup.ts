import type { SourceSetup } from '@fumikura/ports';

/** The least an operator needs to know and to answer; everything else has a default in the schema. */
export const githubSetup: SourceSetup = {
  title: 'GitHub (github.com and Enterprise Server)',
  steps: [
    'Best as an app: Organisation › Settings › Developer settings › GitHub Apps › New GitHub App; no callback address, webhook optional.',
    'Permissions: the ones below, all of them "Read-only". Then "Generate a private key" and "Install App" on the organisation.',
    'Or with a person’s token: Settings › Developer settings › Personal access tokens, scopes "repo" and "read:org".',
  ],
  rights: [
    { right: 'Repository: Metadata', without: 'nothing is read' },
    { right: 'Repository: Contents', without: 'code and releases are not read' },
    { right: 'Repository: Issues', without: 'issues are not read' },
    { right: 'Repository: Pull requests', without: 'reviews are not read' },
    { right: 'Repository: Discussions', without: 'discussions of private repositories are not read' },
    { right: 'Organisation: Members', without: 'nobody can be told apart: everything private stays closed' },
    {
      right: 'Organisation: Administration',
      without: 'the base permission is not told: readers of each private repository are read one by one',
    },
  ],
  fields: [
    {
      path: 'proof',
      question: 'How do we sign in?',
      kind: 'text',
      choices: [
        { value: 'app', means: 'as an installed GitHub App (better)' },
        { value: 'token', means: 'with a personal access token' },
      ],
      isChoiceOnly: true,
    },
    { path: 'credential.appId', question: 'App id', kind: 'text', when: { path: 'proof', is: 'app' } },
    {
      path: 'credential.privateKey',
      question: 'File of the app’s private key (PEM)',
      kind: 'file',
      when: { path: 'proof', is: 'app' },
    },
    {
      path: 'credential.token',
      question: 'Personal access token',
      kind: 'secret',
      when: { path: 'proof', is: 'token' },
    },
    {
      path: 'owners',
      question:
        'Organisations (or people) whose repositories are read; none for everything the account covers',
      kind: 'list',
      example: 'acme',
      isOptional: true,
    },
    {
      path: 'apiUrl',
      question: 'Address of the API',
      kind: 'text',
      default: 'https://api.github.com/',
      example: 'https://github.acme.example/api/v3/',
    },
  ],
};
