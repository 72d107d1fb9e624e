/** Where a behaviour is promised: the document and its section. */
export const SOURCES = {
  access: ['docs/architecture.md', 'Access'],
  'bad-input': ['docs/troubleshooting.md', 'What you see when something is wrong'],
  commands: ['README.md', 'Your own documents'],
  demo: ['docs/demo.md', 'What it shows'],
  search: ['docs/architecture.md', 'Architecture'],
  serving: ['docs/troubleshooting.md', 'Serving'],
  sync: ['docs/troubleshooting.md', 'Syncs'],
} as const;

export interface Requirement {
  readonly id: string;
  readonly source: keyof typeof SOURCES;
  readonly sentence: string;
}

const of = (source: Requirement['source'], sentences: Readonly<Record<string, string>>): Requirement[] =>
  Object.entries(sentences).map(([id, sentence]) => ({ id, source, sentence }));

/** What the product promises, one sentence each. Tests cite the ids in front of their names: `[cli.help] shows ...`. */
export const REQUIREMENTS: readonly Requirement[] = [
  ...of('demo', {
    'demo.differs': 'The same question gives three persons of the invented company different, right answers.',
    'demo.reasons': 'What is closed to a person is counted by the rule that closes it, without titles.',
    'demo.ends': 'With the demonstration its company ends, also when the demonstration is killed.',
    'demo.serves': 'The demonstration serves MCP as the chosen person, and says how to search as another.',
    'demo.oracle': 'The index opens to each person of the company what each system itself shows them.',
    'demo.size': 'The company has written at least 400 items in four systems.',
  }),
  ...of('bad-input', {
    'cli.unknown-command': 'An unknown command is named, with the one that was probably meant.',
    'cli.unknown-flag': 'An unknown flag is named, with the one that was probably meant.',
    'cli.unknown-source': 'An unknown source is named, with those there are.',
    'cli.unknown-id': 'An unknown document id is refused, with where ids come from.',
    'cli.unknown-section': 'An unknown section is refused with the headings most like it.',
    'cli.path-missing': 'A folder that does not exist is named before it reaches the configuration.',
    'config.all-mistakes': 'Every mistake of a configuration is told at once, each with its place.',
    'config.cross-mistakes': 'Ids that stand twice, logins of two persons and unknown members are mistakes.',
    'config.secret': 'A secret that cannot be read is named by its place; no secret is ever shown.',
    'config.missing': 'Without a configuration a command says how to make one.',
    'query.empty': 'An empty query is refused.',
    'query.too-long': 'A query of 100,000 characters is refused with the number allowed.',
    'query.stop-words': 'A query of stop words alone is answered by them.',
    'query.punctuation': 'A query of signs alone is refused.',
    'search.limit': 'A limit of 0, -1 or 10,000 is refused with the range allowed.',
    'search.cursor-altered': 'An altered cursor is refused.',
    'search.cursor-foreign': 'A cursor of another caller is refused, in the same words as an altered one.',
    'search.filter-value': 'A filter value that no document has is refused with near matches.',
    'search.filter-date': 'A date that is none is refused with examples.',
    'server.port-in-use': 'A port that is taken is named, with how to choose another.',
    'server.port-range': 'A port out of range is refused with the range.',
    'server.address': 'Another address than loopback is refused, with the reason.',
    'sync.one-at-a-time': 'Of two syncs of one source the second is told who works and what to do.',
    'content.hostile':
      'Hostile instructions, invisible characters and active HTML of a document reach nobody as more than its text.',
    'cli.json-errors': 'With --json a mistake is one JSON value too, with code and message.',
    'store.newer': 'A database of a newer version is refused by every command, and named by doctor.',
    'store.locked': 'A locked database is searched; what writes says that it is locked.',
    'store.damaged': 'A damaged database is refused, with what to do.',
    'store.foreign': 'A database of another program is refused and not changed.',
    'store.full':
      'A database that cannot grow refuses the write, keeps what was confirmed and goes on when there is room.',
    'store.check': 'Parts that disagree are found by doctor, with a remedy that works.',
    'store.read-only':
      'A database that may not be written is searched; what writes names the missing rights.',
    'interrupt.listing': 'Ctrl-C while the source is listed ends with the documented code and loses nothing.',
    'interrupt.reading': 'Ctrl-C while files are read ends with the documented code and loses nothing.',
    'interrupt.parsing': 'Ctrl-C while files are parsed ends with the documented code and loses nothing.',
    'interrupt.writing': 'Ctrl-C while a batch is written ends with the documented code and loses nothing.',
    'interrupt.census':
      'Ctrl-C while it looks for what is gone ends with the documented code and loses nothing.',
    'interrupt.folding': 'Ctrl-C while the index is folded ends with the documented code and loses nothing.',
    'interrupt.rebuild':
      'Ctrl-C while the index is made anew ends with the documented code and loses nothing.',
    'interrupt.serving': 'Ctrl-C ends a server cleanly.',
  }),
  ...of('commands', {
    'cli.guided': 'A source behind a network is added by questions or flags, and tried before it is written.',
    'cli.first-hit': 'A new user gets from nothing to a hit by init, source add, sync and search.',
    'cli.help': 'Every command has help with examples.',
    'cli.json': 'Every command with --json prints one JSON value alone on standard output.',
    'cli.plain': 'Without a terminal, output is plain lines without control characters.',
    'cli.exit-codes': 'Exit codes have a meaning each, which a command lists.',
    'cli.remove-asks': 'A source is only forgotten by a second word.',
    'cli.init-refuses': 'The init command overwrites nothing and says why a folder cannot be used.',
    'config.comments': 'Commands that change a configuration keep its comments.',
    'mcp.install': 'Entering a client keeps its other entries, and what cannot be kept is refused.',
  }),
  ...of('access', {
    'access.conjunction': 'A document is read only with a principal in every list and without a denial.',
    'access.nobody': 'No list, an empty list and a list never read admit nobody.',
    'access.stranger': 'A caller nobody knows gets nothing.',
    'access.inside-scan': 'Both scans show only what the filter admits.',
    'access.second-check': 'Each hit is checked again by the lists of now.',
    'access.required': 'A search without a filter that access made is refused.',
    'access.same-answer': 'Not found and not allowed are one answer.',
    'access.lists-change': 'A change of a list touches no document and counts at once.',
    'access.values': 'Filter values, counts and duplicates tell nothing of documents a caller may not read.',
    'access.nested-groups': 'Nested and cyclic groups are expanded once.',
    'sync.schedule': 'While it serves, a source that does not tell of changes is read again on a clock.',
    'access.links':
      'An account is somebody\u2019s when it is written down or verified alone; anything else is nobody\u2019s and named.',
    'access.groups':
      'Groups of a source open what they open there, nested or not; a membership that ends closes it.',
    'access.folders': 'Folder rules narrow readers; a link opens nothing that its target closes.',
  }),
  ...of('sync', {
    'sync.access.resume': 'Readers that broke off are read on, and from the start when that is long ago.',
    'sync.jobs': 'How each pass of a source went last outlives the process and is seen by all.',
    'sync.requests': 'What is asked for is read once and soon, also in the middle of a long reading.',
    'schedule.bad': 'A schedule that is none is told with what is allowed.',
    'schedule.catch-up': 'What was missed while nothing ran is done once.',
    'schedule.quiet': 'In quiet hours no content is read by the clock; readers are.',
    'schedule.fair': 'Each source gets its turn.',
    'schedule.no-overlap': 'A source is never read twice at once, and others are read meanwhile.',
    'schedule.request': 'What a webhook names is read at once.',
    'schedule.failure': 'What failed is told and tried again later; everything else goes on.',
    'webhook.taken': 'What a delivery asks for is durable before it is answered.',
    'webhook.replayed': 'A delivery counts once.',
    'webhook.forged': 'A delivery that proves nothing asks for nothing, and is seen.',
    'webhook.large': 'Deliveries are read up to a limit.',
    'webhook.broken': 'A delivery that cannot be kept is answered so that it comes again.',
    'sync.unchanged': 'Unchanged content is not parsed again.',
    'sync.acl-only': 'A change of readers or times alone touches no text.',
    'sync.dead-letters': 'What cannot be read is a dead letter with reason and remedy, tried again later.',
    'sync.named-failures': 'Failures are shown to the person who syncs.',
    'sync.guard':
      'A run that would remove more than a fifth stops and asks; a listing that failed removes nothing.',
    'sync.budget': 'A run that fails too often stops and keeps what is indexed.',
    'sync.lease': 'One holder has a source; a lease that ran out goes to the next.',
    'sync.cancel': 'A run stops at any moment and goes on from there.',
    'sync.dry-run': 'A dry run writes nothing.',
    'sync.one-transaction': 'Document, readers, index and checkpoint become visible together or not at all.',
    'sync.repeat': 'A repeated batch does no harm.',
    'sync.crash': 'A writer killed at any moment loses nothing acknowledged and shows nothing half.',
    'content.limits': 'Size, time, memory and unpacking of a file are bounded.',
  }),
  ...of('search', {
    'search.pages': 'Pages show every hit once, in one order.',
    'search.snippet': 'A snippet shows the window that matched, with exact offsets.',
    'search.ties': 'Ties have a stable order.',
    'search.scores': 'Scores are as defined with a full delta, during a fold and after it.',
    'search.japanese': 'Japanese is found by words and bigrams beside English stems.',
    'search.identifiers': 'Identifiers are found whole and by their parts.',
    'search.hostile-text': 'Hostile text of millions of characters is tokenised in linear time.',
    'search.filters': 'Filters are joined by AND, their values by OR.',
    'search.processes': 'What one process wrote another one finds.',
    'read.pages': 'A long document is read page by page without loss or repetition.',
  }),
  ...of('serving', {
    'mcp.surface': 'Tools, inputs and annotations are exactly those promised.',
    'mcp.tokens': 'A page of ten hits stays below 2,000 tokens.',
    'mcp.errors': 'A failed call is a result with code and advice, never an inner message.',
    'mcp.bounds': 'Arguments out of bounds never reach the search.',
    'mcp.eras': 'Clients of both protocol eras are served over HTTP and stdio.',
    'mcp.origin': 'Foreign hosts, origins and large bodies are refused.',
  }),
];
