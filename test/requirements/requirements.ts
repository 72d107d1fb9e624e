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

export interface Requirement {
  readonly id: string;
  readonly source: keyof typeof SOURCES;
  readonly sentence: string;
}

const of = (source: Requirement['source'], sentences: Readonly<Record<string, string>>): Requirement[] =>
  Object.entries(sentences).map(([id, sentence]) => ({ id, source, sentence }));

/** What the product promises, one sentence each. Tests cite the ids in front of their names: `[cli.help] shows ...`. */
export const REQUIREMENTS: readonly Requirement[] = [
  ...of('scale', {
    'index.beside':
      'An index that was made beside is asked from one moment on, holds what was written meanwhile, and can be left again.',
    'index.other-model':
      'An index for another model is made and judged beside the one that is asked, switched to in one step and left again.',
    'recover.file': 'An installation of one file goes on from a copy of its folder.',
    'recover.catalog': 'A catalog from a backup shows what it says, whatever the index holds beyond it.',
    'recover.index': 'An index that was lost is said to be lost, and filled again from the catalog.',
    'index.other-engine':
      'Another engine is filled and judged beside the one that is asked, used instead and left again; nothing is read twice.',
    'scale.any-node':
      'Any request may go to any server; a cursor goes on at another one, for its caller alone.',
    'scale.one-run':
      'However many workers there are, each source is read by one of them at a time, and once.',
    'scale.revocation': 'A personal token that was revoked counts at no server from the next request on.',
    'scale.notices': 'Who subscribed at one server hears of what another process wrote.',
    'scale.degraded': 'While the index is away, every answer says so, and documents can still be read by id.',
    'scale.closed': 'While the catalog is away everything is refused, and liveness stays what it is.',
    'scale.half-open': 'Connections whose other end is gone cost one wait, and are replaced together.',
    'scale.slow-link': 'Slow ways between processes make answers late, never wrong.',
    'scale.clock': 'A server whose clock is off gets no requests; leases run by the clock of the catalog.',
    'scale.full-disk': 'What cannot be written down is not shown; nothing that was confirmed is lost.',
    'scale.pooler':
      'Nothing is left on a connection to PostgreSQL, so that a pooler may hand it on by transaction.',
    'scale.two-versions': 'Servers of two versions work over one catalog where the newer one only adds.',
    'scale.early':
      'A process that starts before its stores says that it is starting, and comes up by itself.',
    'scale.drain': 'A server that ends says that it is not ready, finishes what is under way, and closes.',
  }),
  ...of('slack', {
    'slack.ask':
      'A question in Slack is answered to its asker alone, with numbered sources, and asked on in its thread.',
    'slack.readers': 'Each asker in Slack gets what they themselves may read.',
    'slack.identity':
      'Guests, people of other workspaces, apps, deactivated accounts and people whom nobody linked get nothing in Slack.',
    'slack.link': 'A code that a person made where they are signed in links one account in Slack, once.',
    'slack.sign-in':
      'Whoever signs in with a browser at the company’s own sign-in gets a code for Slack, which is written down.',
    'slack.share':
      'An answer is shared with what everybody there may read, and taken back when somebody else comes in.',
    'slack.buttons': 'The buttons of an answer in Slack serve its asker, for a day.',
    'slack.feedback': 'What somebody says of an answer in Slack is kept, with their comment.',
    'slack.commands': 'The command in Slack searches, asks, summarizes a link, and explains itself.',
    'slack.unfurl': 'A link is previewed in Slack before one person alone, who may read its document.',
    'slack.home': 'The home of the app says who somebody is, what they asked and how fresh the sources are.',
    'slack.once':
      'A delivery of Slack that is repeated or replayed is answered once, by however many processes.',
    'slack.killed':
      'When a process is killed while it answers in Slack, another one answers or the asker is told, and never twice.',
    'slack.rendered': 'Messages of the bot keep to the limits of Slack, whatever the documents hold.',
    'slack.bad-input':
      'What people and Slack do wrong is answered with what to do, tried again, or ended: never left open.',
    'slack.workspaces':
      'Tokens of several workspaces in Slack rest encrypted and are changed before they end.',
    'slack.grid':
      'An installation for a whole organization serves the workspaces that it names, with one link for each person, and nobody of others.',
    'slack.failure': 'A question in Slack that fails is told so, without the reason that is for operators.',
    'slack.limits': 'When Slack refuses for haste, the bot waits as long as it says.',
    'slack.budget': 'A person may ask so many questions an hour in Slack.',
    'slack.fair': 'In Slack everybody who waits has their turn, however much one person asks.',
    'slack.signature': 'A delivery without a fresh signature of Slack is refused.',
    'slack.worlds':
      'In random worlds of people, channels, shares and joins nobody in Slack sees what they may not read.',
    'slack.installed':
      'The command answers in Slack by both ways, writes it down with its place, and its doctor asks Slack what is missing.',
  }),
  ...of('demo', {
    'demo.differs': 'The same question gives three persons of the invented company different, right answers.',
    'demo.reasons': 'What is closed to a person is counted by the rule that closes it, without titles.',
    'demo.ends': 'With the demonstration its company ends, also when the demonstration is killed.',
    'demo.serves': 'The demonstration serves MCP as the chosen person, and says how to search as another.',
    'demo.oracle': 'The index opens to each person of the company what each system itself shows them.',
    'demo.size': 'The company has written at least 400 items in four systems.',
  }),
  ...of('vectors', {
    'models.pull':
      'A model fetched by name is exactly the pinned bytes, or is refused; without a network it says what to do.',
    'models.damaged': 'A model folder that is incomplete, damaged or changed is refused, and the file named.',
    'embed.once':
      'Nothing is embedded twice: not the same words elsewhere, not after a restart, not for an index made anew.',
    'embed.killed':
      'A process that dies while it embeds loses no vector it had paid for, and the next one goes on.',
    'embed.budget': "A day's budget for vectors is kept, and the work goes on the next day.",
    'embed.pause': 'A pause of the vectors holds in every process.',
    'embed.fallback': 'Without its embedder a search is answered by words, and says so.',
    'embed.culprit': 'A text that an embedder refuses costs its neighbours nothing and is counted.',
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
    'config.sealed': 'Stored secrets are encrypted, and no copy of the data holds their key.',
    'config.rotation': 'Keys of secrets are changed without losing one, whenever it is broken off.',
    'config.secret': 'A secret that cannot be read is named by its place; no secret is ever shown.',
    'config.missing': 'Without a configuration a command says how to make one.',
    'query.empty': 'An empty query is refused.',
    'query.too-long': 'A query of 100,000 characters is refused with the number allowed.',
    'query.stop-words': 'A query of stop words alone is answered by them.',
    'query.language': 'Filters, phrases, exclusions and titles are read apart from the words of a query.',
    'query.word-unknown': 'A slip in a word of the query language is refused with what was meant.',
    'query.conflict': 'Conditions that exclude each other are refused and named.',
    'query.filters-only': 'Filters without words list what was changed last.',
    'query.phrase': 'An exact phrase and an exclusion hold for every hit.',
    'query.correction':
      'A word that no readable document has is replaced by the nearest that one has, and it is said.',
    'query.abbreviation':
      'An abbreviation is looked for by its long form too, as a readable document explains it.',
    'query.foreign':
      'A query in a language of no document finds nothing, guesses nothing, and names its sources.',
    'query.spelling': 'Japanese is found in its other spellings: numerals, kana, long endings.',
    'query.synonyms':
      'A query is looked for in the words of a file of synonyms, too, which tells nobody of words only others may read.',
    'query.punctuation': 'A query of signs alone is refused.',
    'search.limit': 'A limit of 0, -1 or 10,000 is refused with the range allowed.',
    'search.cursor-altered': 'An altered cursor is refused.',
    'search.cursor-foreign': 'A cursor of another caller is refused, in the same words as an altered one.',
    'search.filter-value': 'A filter value that no document has is refused with near matches.',
    'search.filter-date': 'A date that is none is refused with examples.',
    'attack.exchange':
      'What an issuer gives for the token of a person is used for that person at that source, or not at all.',
    'attack.http':
      'Malformed, foreign and forged requests are refused, and their answers tell nothing of the inside.',
    'attack.broken-off': 'Whoever goes away in the middle of a request ends nothing but that request.',
    'attack.limits':
      'Who asks too much, too often or at once is told when to come again; who asks is who the named proxies say; a full memory refuses and recovers.',
    'attack.slack-sign-in':
      'The page where people sign in for Slack gives a code to the browser of its own person alone, once, and tells nothing else.',
    'attack.slow': 'Who sends or reads too slowly, or goes away, is left, and holds up nobody.',
    'attack.model': 'Each threat of each data flow names what stops it and a test that there is.',
    'attack.outbound':
      'A source cannot send us into our own network, to other hosts with our credentials, or without end.',
    'attack.supply':
      'Packages are pinned, hashed, licensed, run no scripts beyond a named list, and a build lists them.',
    'attack.tls':
      'Connections trust public authorities and those that are named, for the names of their certificates.',
    'server.port-in-use': 'A port that is taken is named, with how to choose another.',
    'server.port-range': 'A port out of range is refused with the range.',
    'server.address': 'Another address than loopback is refused, with the reason.',
    'sync.one-at-a-time': 'Of two syncs of one source the second is told who works and what to do.',
    'content.hostile':
      'Hostile instructions, invisible characters and active HTML of a document reach nobody as more than its text.',
    'content.slack':
      'Text of documents is no markup, ping, mention or link in Slack, and nothing in it is unseen.',
    'content.corpus':
      'No way to smuggle orders, programs or signs for a terminal in text of documents reaches a reader, by any door.',
    'cli.json-errors': 'With --json a mistake is one JSON value too, with code and message.',
    'store.state': 'Of two processes that change the same small fact one is refused.',
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
    'cli.pipe': 'A command whose output nobody reads any more ends in silence.',
    'cli.guided': 'A source behind a network is added by questions or flags, and tried before it is written.',
    'cli.first-hit': 'A new user gets from nothing to a hit by init, source add, sync and search.',
    'cli.help': 'Every command has help with examples.',
    'cli.documented': 'What pages and help tell people to type is taken by the commands that there are.',
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
    'access.side-channels': 'Every answer is the same whether a hidden document exists or not.',
    'access.nested-groups': 'Nested and cyclic groups are expanded once.',
    'sync.schedule': 'While it serves, a source that does not tell of changes is read again on a clock.',
    'access.links':
      'An account is somebody\u2019s when it is written down or verified alone; anything else is nobody\u2019s and named.',
    'access.links.decided':
      'What is decided about an account is written down, outlives the process and counts from the next question on.',
    'access.groups':
      'Groups of a source open what they open there, nested or not; a membership that ends closes it.',
    'access.late': 'A source that is asked decides beside the lists, for whoever it says no to.',
    'access.late-when': 'Sources are asked where their readers are too old, or where it is configured.',
    'sync.contents-swept': 'Files of a run whose process was ended the hard way are removed by the next one.',
    'access.late-titles': 'Titles that are suggested are asked of their source like hits.',
    'access.late-time': 'What a source does not confirm in time is withheld, and the coverage says so.',
    'access.late-cannot': 'A source that must be asked and tells nothing shows nothing.',
    'access.folders': 'Folder rules narrow readers; a link opens nothing that its target closes.',
  }),
  ...of('sync', {
    'sync.access.resume': 'Readers that broke off are read on, and from the start when that is long ago.',
    'sync.jobs': 'How each pass of a source went last outlives the process and is seen by all.',
    'sync.requests': 'What is asked for is read once and soon, also in the middle of a long reading.',
    'sync.access.between':
      'Readers that are asked for are read between two batches of a long reading, and nothing older comes after them.',
    'sync.large': 'A large file goes through a temporary file, not through memory, on its way to its parser.',
    'sync.read-ahead':
      'Contents are read ahead within a bound, and a failure among them is that of its item.',
    'schedule.bad': 'A schedule that is none is told with what is allowed.',
    'schedule.catch-up': 'What was missed while nothing ran is done once.',
    'schedule.quiet': 'In quiet hours no content is read by the clock; readers are.',
    'schedule.fair': 'Each source gets its turn.',
    'schedule.no-overlap': 'A source is never read twice at once, and others are read meanwhile.',
    'schedule.request': 'What a webhook names is read at once.',
    'schedule.watch':
      'What a source tells is read, also when it is told while the catalog is away or while nobody watches.',
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
    'search.pages-stable': 'Pages repeat nothing and lose nothing while the index changes between them.',
    'search.similar': 'Documents like one are found, for those who may read it.',
    'cache.shared': 'A ranking is used again by those who may read the same, and by nobody else.',
    'cache.ahead':
      'What was asked often is ranked ahead after a start, with the rights of somebody who came, for those who may read the same.',
    'cache.bounded': 'Rankings that are kept take no more memory than they are given.',
    'cache.told': 'How often rankings are used again is told to the other processes of an installation.',
    'cache.fresh': 'A ranking that was kept is never behind what was written or who may read it.',
    'suggest.words': 'What is typed is completed by words and titles.',
    'suggest.titles': 'Titles are suggested that have all words typed.',
    'suggest.hidden': 'No form of a word is suggested that stands in hidden documents alone.',
    'facets.counts': 'Counts are of documents that the caller may read, within filter and words.',
    'search.highlights':
      'What is marked is what matched, whole and alone: in any form, width and script, within markup.',
    'search.snippet': 'A snippet shows the window that matched, with exact offsets.',
    'search.boost-bound': 'Boosts together move no document past one that is further away than their bound.',
    'search.ties': 'Ties have a stable order.',
    'rerank.bound':
      'No text of a document moves it by more places than the bound, whatever a reranker makes of it.',
    'rerank.fallback': 'A reranker that is late or wrong leaves the order as it was, and the reply says so.',
    'rerank.local':
      'A cross-encoder in a folder scores each passage beside the query, in the runtime that ships.',
    'search.live-readers': 'What a source finds itself is shown to nobody whom the source would not show it.',
    'search.live-language': 'Words of the query language mean the same where sources are asked themselves.',
    'search.live-deadline':
      'A source that hangs costs nobody more than its deadline, and the reply names it.',
    'boost.links': 'What points to a document counts for who may read it, and for nobody else.',
    'boost.people': 'People who write where the asker writes are those of documents that the asker may read.',
    'search.live-lies': 'What a source says beyond what it was asked for, or twice, is not believed.',
    'search.clock': 'A clock that jumps makes nothing look fresh, prolongs no cursor and doubles no budget.',
    'search.live-breaker':
      'A source that failed several times in a row is left alone for a while, then asked again.',
    'search.scores': 'Scores are as defined with a full delta, during a fold and after it.',
    'search.japanese': 'Japanese is found by words and bigrams beside English stems.',
    'search.identifiers': 'Identifiers are found whole and by their parts.',
    'search.hostile-text': 'Hostile text of millions of characters is tokenised in linear time.',
    'search.filters': 'Filters are joined by AND, their values by OR.',
    'search.processes': 'What one process wrote another one finds.',
    'read.pages': 'A long document is read page by page without loss or repetition.',
  }),
  ...of('answers', {
    'answers.cited': 'Every claim cites text that stands where the citation says.',
    'answers.refuses':
      'What no readable document says is refused, with what was looked for and what is missing.',
    'answers.withheld':
      'A claim whose evidence the asker may not read at this moment is not shown, new or kept.',
    'answers.recorded': 'What an answer shows is written down before.',
    'answers.verified': 'A claim of a model is shown only when its passages carry it.',
    'answers.fallback': 'When a model cannot be asked, documents are quoted and the reply says why.',
    'answers.budget': 'A person has a budget of tokens, money and time for models.',
  }),
  ...of('serving', {
    'mcp.surface': 'Tools, inputs and annotations are exactly those promised.',
    'mcp.tokens': 'A page of ten hits stays below 2,000 tokens.',
    'mcp.errors': 'A failed call is a result with code and advice, never an inner message.',
    'mcp.deadline': 'A call that takes too long is ended and says so.',
    'mcp.bounds': 'Arguments out of bounds never reach the search.',
    'mcp.eras': 'Clients of both protocol eras are served over HTTP and stdio.',
    'mcp.origin': 'Foreign hosts, origins and large bodies are refused.',
  }),
  ...of('audit', {
    'audit.chain': 'What was recorded is read back whole and in order, over processes.',
    'audit.tampering': 'Altered, removed, inserted, reordered and cut records are found.',
    'audit.rotation': 'A chain goes on over segments.',
    'audit.retention': 'Old segments go and leave signed proofs.',
    'audit.torn': 'What a killed process left unfinished is told, and nothing can hide behind it.',
    'audit.query': 'The text of a query is kept, hashed or dropped by policy.',
    'audit.withheld': 'What cannot be written down is not answered.',
    'audit.writers': 'Processes that write together have a chain each.',
    'audit.kill': 'Whatever a killed process confirmed is on the disk.',
    'audit.search': 'Records are found by person, document, time, action and text.',
    'audit.forward': 'Every record goes to each target, in order, and waits as long as the target is away.',
    'audit.timestamp': 'Signed heads are stamped by an authority outside.',
    'audit.places': 'No table and no file is added without saying whether it names persons.',
    'audit.subject': 'What is kept of a person can be given to them, and taken away as far as it may be.',
    'audit.export': 'Records leave as OCSF events.',
    'audit.shown':
      'Each search, read, sync, change and refusal leaves one record with what was shown and withheld.',
  }),
  ...of('sign-in', {
    'auth.token': 'A token says who asks, through which client, with which scopes.',
    'auth.refused': 'A token that breaks any rule is refused with 401 and where to sign in.',
    'auth.scope': 'A token without the scope is answered 403 with all that is needed.',
    'auth.skew': 'A clock may be off by as much as is configured.',
    'auth.issuer-settings': 'Names of claims, audiences, types and scopes are each issuer\u2019s own.',
    'auth.issuers': 'Each of several issuers speaks for its own people alone, by its own settings.',
    'auth.verified-email': 'An address counts only when the issuer calls it verified.',
    'auth.rotation': 'Keys rotate without anybody noticing, and made-up keys cost nothing.',
    'auth.outage': 'Keys hold for a day while the issuer is away; without keys nobody is let in.',
    'auth.introspection': 'Opaque tokens are judged by their issuer, and its revocation counts.',
    'auth.cache': 'A remembered verdict is for one resource and ends with its token.',
    'auth.metadata': 'Clients find the issuer by the documents of the standards.',
    'auth.dpop': 'A token that is bound to a key counts with a proof of that key alone, once.',
    'auth.told': 'A refusal is told by its rule, never by its token.',
    'signin.login': 'Clients of each kind sign in through a real provider.',
    'signin.step-up': 'A tool that needs more asks for it once, in clients of each kind.',
    'signin.refresh': 'A token that ended is renewed without anybody.',
    'signin.person': 'A person is who the configuration says; a stranger sees nothing.',
    'signin.opaque': 'Tokens that only the provider reads end when it revokes them.',
    'signin.resource': 'A token for one endpoint is none for another.',
    'signin.audit': 'The record names the person, the client and each refusal.',
    'token.hashed': 'A personal token is shown once and kept as a hash.',
    'token.forged': 'A personal token that differs in anything is none.',
    'token.expiry': 'A personal token holds until it expires.',
    'token.revoked': 'A revoked personal token ends at the next request.',
    'token.person': 'A personal token is its person.',
    'token.scope': 'A personal token does what its scopes say.',
  }),
  ...of('people', {
    'people.live':
      'Persons, groups, roles and links count within five seconds in every process, without a restart.',
    'people.half-written': 'A configuration that cannot be used changes nothing.',
    'people.subscriptions': 'A subscription ends with the rights of its person.',
    'people.running': 'Who loses rights while an answer is made does not get it.',
    'people.directory':
      'People of a directory are persons, an entry or nobody, by their subject or a verified address.',
    'scim.token': 'SCIM answers nothing without its token.',
    'scim.users': 'People join, change and leave by SCIM; who left stays closed.',
    'scim.patch':
      'Changes are understood as Entra ID and Okta write them, and refused whole where they are not.',
    'scim.groups': 'Groups of SCIM have members and groups; a new name opens nothing.',
    'scim.filter': 'Filters find what they say.',
    'scim.pages': 'Lists are paged.',
    'scim.versions': 'A change of an older version is refused.',
    'scim.audit': 'A change that cannot be written down is not made.',
    'scim.leaver': 'A leaver loses access in every process within seconds.',
    'ldap.whole': 'A directory is read whole or not at all: over pages, with groups in groups.',
    'ldap.safe': 'Nothing is read as nobody, and no password is told.',
    'ldap.tls': 'A directory is read encrypted, by the authority that is trusted alone.',
    'ldap.people': 'People and groups of a directory are persons and groups here.',
    'ldap.leaver': 'Who is not in the directory any more loses access.',
    'ldap.guard': 'Suspiciously many leavers change nothing until somebody says so.',
    'people.shared': 'Two processes that change people at once lose nothing of each other.',
    'people.imported': 'People, links and tokens of an older data folder are taken over once and kept aside.',
    'people.nodes': 'Tokens, links, roles and leavers count at every server within seconds.',
    'people.cursors': 'A page that was begun goes on with the rights of now.',
  }),
  ...of('exchange', {
    'exchange.own':
      'A source that is asked as a person shows what is theirs, and is shown no token but its own.',
    'exchange.late': 'A source is asked as the person before something is shown.',
    'exchange.form': 'Tokens are exchanged as the standards say, with a secret or a key.',
    'exchange.cached': 'An exchanged token is of one person and one token, and ends with either.',
    'exchange.refused': 'Whoever gets no token is shown what is known to be theirs, or nothing, and told.',
    'exchange.outage': 'An issuer that is away is waited for within limits, and left alone for a while.',
    'exchange.other-tokens': 'Who came with another token is answered by the readers that are known.',
  }),
  ...of('roles', {
    'role.built-in': 'Readers read, auditors audit, administrators administer, and none of them more.',
    'role.own': 'A role of an installation names tools and sources.',
    'role.issuer': 'Roles belong to persons, not to names.',
    'role.duty': 'A duty that is not theirs is refused.',
    'role.separation': 'No duty shows what another duty shows; refusals are written down.',
    'role.change': 'Roles are given and taken by whoever may.',
    'role.tools': 'A role without a tool or a source is refused it on every way.',
    'access.explain': 'It can be said which list admits or stops a person, and how old that is.',
    'access.review': 'It can be said who can read a document or a source, and what a group opens.',
    'access.history': 'What says who may read can be told as it was at a time, or from when on it is known.',
    'access.review-gained': 'It can be said who gained and who lost access since a time.',
    'access.review-since': 'It can be said which rights changed since a time, and whom a document was shown.',
    'access.as': 'Looking as somebody else stands in the audit under both names.',
  }),
];
