import { invalidInput } from '@fumikura/errors';
import { detectLanguage, normaliseText } from '@fumikura/text';

export type AnswerType =
  'time' | 'number' | 'person' | 'place' | 'reason' | 'procedure' | 'definition' | 'yes-no' | 'thing';

export interface QuestionPart {
  readonly text: string;
  readonly type: AnswerType;
  /** The part before it, for one that leans on it: "… and who approves them?" */
  readonly leansOn?: string;
}

export interface Question {
  readonly text: string;
  /** BCP 47 primary language. */
  readonly language: string;
  /** One, or each of several questions in one; at most 4. */
  readonly parts: readonly QuestionPart[];
  /** Names, identifiers and quoted words. */
  readonly entities: readonly string[];
  /** What the question fixes in time, as written. */
  readonly times: readonly string[];
  /** Words of what was said before, for a question that leans on it. */
  readonly leansOn?: string;
  readonly notices: readonly string[];
}

const MAX_CHARACTERS = 2_000;
const MAX_PARTS = 4;
const MAX_CONTEXT = 8_000;

/** @throws AppError QUESTION_EMPTY, QUESTION_TOO_LONG (invalid-input) */
export function analyseQuestion(asked: string, context?: string): Question {
  const text = normaliseText(asked).trim();
  if (text === '')
    throw invalidInput('QUESTION_EMPTY', 'The question is empty. Write what you want to know.');
  if (text.length > MAX_CHARACTERS) {
    const message = `The question has ${text.length} characters; at most ${MAX_CHARACTERS} are allowed. Ask for one thing, and give long texts as documents.`;
    throw invalidInput('QUESTION_TOO_LONG', message);
  }
  const all = split(text);
  const parts = all.slice(0, MAX_PARTS).map((part, at): QuestionPart => {
    const before = all[at - 1];
    return {
      text: part,
      type: typeOf(part),
      ...(before !== undefined && LEANING.test(part) && { leansOn: before }),
    };
  });
  const said = context === undefined ? '' : normaliseText(context).slice(-MAX_CONTEXT);
  const leansOn = said !== '' && leans(text) ? topicOf(said) : '';
  return {
    text,
    language: detectLanguage(text),
    parts,
    entities: entitiesOf(text),
    times: timesOf(text),
    ...(leansOn !== '' && { leansOn }),
    notices: all.length > MAX_PARTS ? [tooMany(all.length, detectLanguage(text))] : [],
  };
}

function tooMany(asked: number, language: string): string {
  return language === 'ja'
    ? `一度に${asked}件の質問がありました。最初の${MAX_PARTS}件に答えます。残りは別に質問してください。`
    : `${asked} questions at once; the first ${MAX_PARTS} are answered. Ask the others separately.`;
}

const QUESTION_WORD =
  '(?:what|who|whom|whose|when|where|why|which|how|is|are|do|does|did|can|could|should|will)';
const AND = new RegExp(`,?\\s+(?:and|also)\\s+(?=${QUESTION_WORD}\\b)`, 'giu');
const BEGINS_A_QUESTION = new RegExp(`^\\W*${QUESTION_WORD}\\b`, 'iu');
const JAPANESE_ASKS = /(?:か|ですか|ますか|教えて(?:ください)?|何|いつ|どこ|誰|なぜ)[。？?]?$/u;

function split(text: string): string[] {
  const asked = text
    .split(/(?<=[?？])\s*(?=\S)|\n+/u)
    .flatMap(byConjunction)
    .map((part) => part.trim());
  const parts = asked.filter((part) => part !== '');
  const questions = parts.filter(asks);
  // Sentences that only lead up to the question belong to it.
  return questions.length >= 2 ? questions : [text.replace(/\s+/gu, ' ')];
}

function byConjunction(part: string): string[] {
  const english = part.split(AND);
  // Only the last one has the mark.
  const marked = english.map((each) => (asks(each) ? each : `${each}?`));
  if (
    marked.length > 1 &&
    marked.every((each) => BEGINS_A_QUESTION.test(each) && each.split(/\s+/u).length >= 3)
  )
    return marked;
  const japanese = part
    .split(/(?<=か)。\s*(?:また|そして)?、?|(?<=か)、(?:また|そして)、?/u)
    .filter((each) => each !== '');
  return japanese.length > 1 && japanese.every((each) => JAPANESE_ASKS.test(each)) ? japanese : [part];
}

function asks(part: string): boolean {
  return /[?？]$/u.test(part) || JAPANESE_ASKS.test(part);
}

const TYPES: readonly (readonly [AnswerType, RegExp])[] = [
  [
    'time',
    /\bwhen\b|\bwhat (?:time|date|year|day|month)|\bhow (?:long|often|soon)\b|\bdeadline\b|いつ|何(?:年|月|日|時|曜日|世紀)|期限|締(?:め)?切/iu,
  ],
  [
    'number',
    /\bhow (?:many|much|large|big|high|old|far)\b|\bwhat (?:percentage|number|amount|size|limit|is the (?:maximum|minimum|number|limit|price|cost))|\bphone\b|いくつ|いくら|何(?:人|個|回|件|本|歳|%|％|パーセント|円|メートル|つ|番|位|か国|カ国)|どれ(?:くらい|ぐらい|ほど)|どの(?:くらい|ぐらい)|上限|下限/iu,
  ],
  ['person', /\bwho(?:m|se)?\b|誰|だれ|何者|担当者/iu],
  [
    'place',
    /\bwhere\b|\bwhich (?:city|country|region|office|room)|どこ|何(?:県|市|国|州)|どの(?:国|地域|場所)/iu,
  ],
  ['reason', /\bwhy\b|\bwhat (?:is the reason|causes?)|なぜ|どうして|理由|原因/iu],
  ['procedure', /\bhow (?:do|does|can|to|should|would)\b|どう(?:やって|すれば|したら)|方法|手順|やり方/iu],
  [
    'definition',
    /^(?:what|who) (?:is|are|was|were) (?:an? |the )?[\p{L}\p{N} -]{1,40}\??$|とは(?:何|なに|どういう|$|[?？])/iu,
  ],
  [
    'yes-no',
    /^(?:is|are|was|were|do|does|did|can|could|should|will|would|has|have|may|must)\b|(?:です|ます|でき(?:る|ます)|ある|あります|よい|いい|べき)(?:でしょう)?か[?？。]?$/iu,
  ],
];

function typeOf(part: string): AnswerType {
  return TYPES.find(([, pattern]) => pattern.test(part))?.[0] ?? 'thing';
}

const QUOTED = /["“「『]([^"”」』]{2,80})["”」』]/gu;
const IDENTIFIER = /\b[\p{L}\p{N}]*(?:[-_./][\p{L}\p{N}]+)*\d[\p{L}\p{N}]*(?:[-_./:][\p{L}\p{N}]+)*\b/gu;
const NAME = /(?<!^)(?<![.?!]\s)\b\p{Lu}[\p{L}\p{N}]+(?:\s+\p{Lu}[\p{L}\p{N}]+){0,4}/gu;
const KATAKANA = /[\p{Script=Katakana}ー・]{3,}/gu;

/** Names as a person writes them; cheap and incomplete on purpose. */
export function entitiesOf(text: string): string[] {
  const found = [
    ...[...text.matchAll(QUOTED)].map((match) => match[1] ?? ''),
    ...(text.match(IDENTIFIER) ?? []),
    ...(text.match(NAME) ?? []),
    ...(text.match(KATAKANA) ?? []),
  ];
  return [...new Set(found.filter((each) => each.length > 1))].slice(0, 20);
}

const TIMES =
  /\b(?:19|20)\d\d(?:[-/.]\d{1,2}){0,2}\b|(?:19|20)\d\d年(?:\d{1,2}月)?(?:\d{1,2}日)?|(?:令和|平成|昭和)\d{1,2}年|\b(?:today|yesterday|now|current(?:ly)?|latest|last (?:week|month|year)|this (?:week|month|year))\b|現在|最新|今(?:日|週|月|年)|昨(?:日|年)|先(?:週|月)/giu;

function timesOf(text: string): string[] {
  return [...new Set(text.match(TIMES) ?? [])];
}

const LEANING =
  /\b(?:it|its|they|them|their|that|this|those|these|he|she|his|her|there|one|ones|same|also|else|instead)\b|^(?:and|but|so|then|what about|how about)\b|(?:それ|これ|その|この|そこ|ここ|彼|彼女|同じ|では|じゃあ|あと|他に)/iu;
const REFERRING = /\b(?:it|its|they|them|their|this|those|these|he|she|his|her)\b|それ|これ|そこ|ここ|彼/iu;
const SHORT = 12;

/** Whether it speaks of something by a word that only stands for it. */
export function refers(text: string): boolean {
  return REFERRING.test(text);
}

function leans(text: string): boolean {
  const words =
    text.split(/\s+/u).length + (text.match(/\p{Script=Han}|\p{Script=Katakana}/gu)?.length ?? 0) / 2;
  return LEANING.test(text) || words < SHORT / 3;
}

/** Names of what was said last, and the last question itself: enough to look for what "it" is. */
function topicOf(context: string): string {
  const last = context.trim().split('\n').slice(-6).join('\n');
  const names = entitiesOf(last).slice(0, 6);
  const questions = last.match(/[^\n.?!。？！]{4,200}[?？]/gu) ?? [];
  const lead = questions.at(-1) ?? last.split(/[.。\n]/u)[0]?.slice(0, 200) ?? '';
  return [lead.trim(), ...names.filter((name) => !lead.includes(name))].join(' ').slice(0, 400);
}
