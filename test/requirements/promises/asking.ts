import type { Promises } from '../sources.ts';

/** What is found and answered. */
export const ASKING: Promises = {
  search: {
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
    'search.live-instead':
      'While the index is away the sources themselves are asked, and the reply says what it was made of.',
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
  },
  answers: {
    'answers.cited': 'Every claim cites text that stands where the citation says.',
    'answers.refuses':
      'What no readable document says is refused, with what was looked for and what is missing.',
    'answers.withheld':
      'A claim whose evidence the asker may not read at this moment is not shown, new or kept.',
    'answers.recorded': 'What an answer shows is written down before.',
    'answers.verified': 'A claim of a model is shown only when its passages carry it.',
    'answers.fallback': 'When a model cannot be asked, documents are quoted and the reply says why.',
    'answers.budget': 'A person has a budget of tokens, money and time for models.',
  },
};
