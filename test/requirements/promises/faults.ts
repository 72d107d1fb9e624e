import type { Promises } from '../sources.ts';

/** What happens when something is wrong, broken or hostile. */
export const FAULTS: Promises = {
  'bad-input': {
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
  },
};
