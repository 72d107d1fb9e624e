import type { Change } from './changes.ts';

type Pairs = readonly (readonly [RegExp, string])[];

/** Words that stand beside each other in every text, and mean something else. */
const NEIGHBOURS: Pairs = [
  [/\bmonthly\b/u, 'weekly'],
  [/\bcustomers\b/u, 'suppliers'],
  [/\busers\b/u, 'administrators'],
  [/\bemployees\b/u, 'contractors'],
  [/\bpatients\b/u, 'doctors'],
  [/\bmanager\b/u, 'director'],
  [/\bmice\b/u, 'rats'],
  [/\bprotein\b/u, 'gene'],
  [/\bserver\b/u, 'client'],
  [/\bsource\b/u, 'target'],
  [/\binstance\b/u, 'bucket'],
  [/\bencrypted\b/u, 'compressed'],
  [/\brisk\b/u, 'benefit'],
  [/\bpassword\b/u, 'username'],
  [/\bhardware\b/u, 'software'],
  [/\bcells\b/u, 'tissues'],
  [/\bcluster\b/u, 'database'],
  [/\binfection\b/u, 'inflammation'],
  [/\blaptop\b/u, 'phone'],
  [/\bcreate\b/u, 'delete'],
  [/\bsecondary\b/u, 'primary'],
  [/\bapproved\b/u, 'rejected'],
];

/** Words for words that the verifier has in no list. */
const UNLISTED: Pairs = [
  [/\bmethod\b/u, 'technique'],
  [/\bproblem\b/u, 'trouble'],
  [/\bapplication\b/u, 'program'],
  [/\bapplications\b/u, 'programs'],
  [/\binformation\b/u, 'data'],
  [/\bprocess\b/u, 'procedure'],
  [/\bconnect\b/u, 'link'],
  [/\bidentified\b/u, 'discovered'],
  [/\bresults\b/u, 'findings'],
  [/\bclick\b/u, 'press'],
  [/\bdetermine\b/u, 'establish'],
  [/\bcontains\b/u, 'holds'],
  [/\battempt\b/u, 'try'],
  [/\bimportant\b/u, 'crucial'],
  [/\bsignificantly\b/u, 'considerably'],
  [/\bdevelopment\b/u, 'growth'],
  [/\banalysis\b/u, 'examination'],
  [/\bindividuals\b/u, 'persons'],
  [/\bdiseases\b/u, 'illnesses'],
  [/\btumor\b/u, 'cancer'],
  [/\bmonitor\b/u, 'watch'],
  [/\bpassword\b/u, 'passcode'],
  [/\bspecify\b/u, 'indicate'],
];

const ADDED = 'temporary external legacy quarterly unpaid automatic regional former foreign mandated'.split(
  ' ',
);

const one =
  (pairs: Pairs): Change['apply'] =>
  (sentence, random) => {
    const usable = pairs.filter(([from]) => from.test(sentence));
    const [from, to] = usable[Math.floor(random() * usable.length)] ?? [];
    return from && to !== undefined ? sentence.replace(from, to) : undefined;
  };

/** True in words that no list knows: what an embedder is asked for. */
export const UNLISTED_WORDS: Change = { kind: 'unlisted', language: 'en', apply: one(UNLISTED) };

/** Wrong by one word, and near to what is true in every vector: what an embedder must not let through. */
export const NEAR: readonly Change[] = [
  { kind: 'neighbour', language: 'en', apply: one(NEIGHBOURS) },
  {
    kind: 'added',
    language: 'en',
    apply: (sentence, random) => {
      const places = [...sentence.matchAll(/(?<=\b(?:the|a|of|for|and) )[a-z]{4,}\b/gu)];
      const place = places[Math.floor(random() * places.length)];
      const word = ADDED[Math.floor(random() * ADDED.length)] ?? '';
      return place && `${sentence.slice(0, place.index)}${word} ${sentence.slice(place.index)}`;
    },
  },
];
