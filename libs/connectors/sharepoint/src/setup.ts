import type { SourceSetup } from '@fumikura/ports';

/** The least an operator needs to know and to answer; everything else has a default in the schema. */
export const sharepointSetup: SourceSetup = {
  title: 'SharePoint through Microsoft Graph',
  steps: [
    'Entra admin centre › App registrations › New registration: a name such as "Fumikura", this directory only, no redirect address.',
    'API permissions › Microsoft Graph › Application permissions: add the rights below, then "Grant admin consent".',
    'Certificates & secrets: upload a certificate (better), or make a client secret and note when it ends.',
  ],
  rights: [
    {
      right: 'Sites.Read.All, or Sites.Selected with the sites named',
      without: 'nothing is read',
    },
    { right: 'User.Read.All', without: 'nobody can be told apart: everything stays closed' },
    { right: 'GroupMember.Read.All', without: 'what is granted to groups stays closed' },
    { right: 'Member.Read.Hidden', without: 'groups that hide their members stay closed' },
  ],
  fields: [
    {
      path: 'tenant',
      question: 'Directory (tenant) id, or one of its domains',
      kind: 'text',
      example: 'contoso.onmicrosoft.com',
    },
    { path: 'clientId', question: 'Application (client) id', kind: 'text' },
    {
      path: 'proof',
      question: 'How does the application prove itself?',
      kind: 'text',
      choices: [
        { value: 'certificate', means: 'a certificate and its private key (PEM files)' },
        { value: 'secret', means: 'a client secret' },
      ],
      isChoiceOnly: true,
    },
    {
      path: 'credential.certificate',
      question: 'File of the certificate (PEM)',
      kind: 'file',
      when: { path: 'proof', is: 'certificate' },
    },
    {
      path: 'credential.privateKey',
      question: 'File of its private key (PEM)',
      kind: 'file',
      when: { path: 'proof', is: 'certificate' },
    },
    {
      path: 'credential.secret',
      question: 'Client secret',
      kind: 'secret',
      when: { path: 'proof', is: 'secret' },
    },
    {
      path: 'sites',
      question: 'Sites to read, as addresses ("all" needs Sites.Read.All)',
      kind: 'list',
      default: 'all',
      example: 'https://contoso.sharepoint.com/sites/handbook',
    },
    {
      path: 'graphUrl',
      question: 'Address of Graph in another cloud',
      kind: 'text',
      example: 'https://graph.microsoft.us/',
      isOptional: true,
      isFlagOnly: true,
    },
    {
      path: 'loginUrl',
      question: 'Address of the sign-in in another cloud',
      kind: 'text',
      example: 'https://login.microsoftonline.us/',
      isOptional: true,
      isFlagOnly: true,
    },
  ],
};
