import type { SourceSetup } from '@fumikura/ports';

/** The least an operator needs to know and to answer; everything else has a default in the schema. */
export const jiraSetup: SourceSetup = {
  title: 'Jira, Cloud or Data Center',
  steps: [
    'Make an account for Fumikura alone, such as "fumikura", and give it access to Jira.',
    'Give it the rights below: in the permission schemes of the projects, in each security level, and as global permissions.',
    'Cloud: sign in as that account at id.atlassian.com › Security › API tokens and make a token. Data Center: Profile › Personal access tokens.',
  ],
  rights: [
    { right: 'Browse projects, and membership of security levels', without: 'those issues are not read' },
    { right: 'Administer projects', without: 'schemes and roles are not known: the project stays closed' },
    {
      right: 'Browse users and groups',
      without: 'people and groups are not known: all but what anyone may read stays closed',
    },
    {
      right: 'Administer Jira',
      without:
        'issues with a security level and what is open to one application stay closed; on Data Center everything',
    },
  ],
  fields: [
    {
      path: 'deployment',
      question: 'Which Jira is it?',
      kind: 'text',
      choices: [
        { value: 'cloud', means: 'Jira Cloud, at an address of atlassian.net' },
        { value: 'data-center', means: 'Jira Data Center, on servers of your own' },
      ],
      default: 'cloud',
    },
    {
      path: 'baseUrl',
      question: 'Address of the site',
      kind: 'text',
      example: 'https://acme.atlassian.net/',
    },
    {
      path: 'credential.email',
      question: 'E-mail of the account',
      kind: 'text',
      when: { path: 'deployment', is: 'cloud' },
    },
    { path: 'credential.token', question: 'API token, or personal access token', kind: 'secret' },
    {
      path: 'projects',
      question: 'Projects to read, by key ("all": every one the account sees)',
      kind: 'list',
      default: 'all',
      example: 'PAY, OPS',
    },
  ],
};
