/** Where a behaviour is promised: the document and its section. */
export const SOURCES = {
  access: ['docs/architecture.md', 'Access'],
  audit: ['docs/security/audit.md', 'What is promised'],
  roles: ['docs/security/roles.md', 'What is promised'],
  exchange: ['docs/auth/exchange.md', 'What is promised'],
  people: ['docs/auth/people.md', 'What is promised'],
  'sign-in': ['docs/auth/README.md', 'What is promised'],
  'bad-input': ['docs/troubleshooting.md', 'What you see when something is wrong'],
  commands: ['README.md', 'Your own documents'],
  demo: ['docs/demo.md', 'What it shows'],
  answers: ['docs/answers.md', 'What an answer is'],
  search: ['docs/architecture.md', 'Architecture'],
  serving: ['docs/troubleshooting.md', 'Serving'],
  sync: ['docs/troubleshooting.md', 'Syncs'],
  scale: ['docs/operations.md', 'Servers and workers'],
  slack: ['docs/slack.md', 'What is promised'],
  vectors: ['docs/troubleshooting.md', 'Vectors'],
} as const;

export type RequirementSource = keyof typeof SOURCES;

/** Sentences by the id that tests cite, by where they are promised. */
export type Promises = Readonly<Partial<Record<RequirementSource, Readonly<Record<string, string>>>>>;
