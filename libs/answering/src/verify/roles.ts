const NAME =
  /(?!(?:The|A|An|In|On|At|By|From|To|For|When|If|This|That|It) )\b\p{Lu}[\p{L}\p{N}]*(?:[-'’&][\p{L}\p{N}]+)*(?: \p{Lu}[\p{L}\p{N}]*(?:[-'’&][\p{L}\p{N}]+)*)*/gu;
const PREPOSITION =
  /\b(by|from|to|into|onto|than|before|after|against|over|under|in|on|at|of|for|with|without|via|through|as|about|between|near|like)(?: (?:the|a|an|its|their|our))?\s*$/iu;
const OPPOSED: Readonly<Record<string, RegExp>> = {
  from: /^(?:to|into|onto|against)$/u,
  to: /^from$/u,
  into: /^from$/u,
  before: /^after$/u,
  after: /^before$/u,
  over: /^under$/u,
  under: /^over$/u,
  than: /^$/u,
};

interface Placed {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** The preposition before it, or ''. */
  readonly marker: string;
}

/**
 * Whether names changed their places: from and to, before and after, who acts and who is acted on. Only what is plain counts:
 * two names that stand bare beside one verb, or one of them behind "by". Order alone tells nothing.
 */
export function changesRoles(claim: string, evidence: string): boolean {
  const said = placed(claim);
  const there = placed(evidence);
  return (
    said.some((a) => isOpposed(a, there)) ||
    changesAgent(claim, said, evidence, there) ||
    particles(claim, evidence)
  );
}

function placed(text: string): Placed[] {
  return [...text.matchAll(NAME)].map((match) => ({
    name: match[0],
    start: match.index,
    end: match.index + match[0].length,
    marker: (
      PREPOSITION.exec(text.slice(Math.max(0, match.index - 24), match.index))?.[1] ?? ''
    ).toLowerCase(),
  }));
}

function isOpposed({ name, marker }: Placed, there: readonly Placed[]): boolean {
  const opposed = OPPOSED[marker];
  const markers = there.filter((each) => each.name === name).map((each) => each.marker);
  return opposed !== undefined && markers.length > 0 && markers.every((each) => opposed.test(each));
}

function changesAgent(
  claim: string,
  said: readonly Placed[],
  evidence: string,
  there: readonly Placed[],
): boolean {
  for (const [at, a] of said.entries()) {
    const b = said[at + 1];
    if (!b || a.name === b.name) continue;
    const agent = agentOf(claim, a, b);
    const [first, second] = [
      there.filter(({ name }) => name === a.name),
      there.filter(({ name }) => name === b.name),
    ];
    const [x, y] = [first[0], second[0]];
    if (agent === undefined || first.length !== 1 || second.length !== 1 || !x || !y) continue;
    const [left, right] = x.start < y.start ? [x, y] : [y, x];
    if (there.some(({ start }) => start > left.start && start < right.start)) continue;
    const other = agentOf(evidence, left, right);
    if (other !== undefined && other !== agent) return true;
  }
  return false;
}

/** Of two neighbouring names the one that acts, where it is plain. */
function agentOf(text: string, a: Placed, b: Placed): string | undefined {
  const between = text.slice(a.end, b.start);
  if (/[.!?;:,、。]|\b(?:and|or|nor|but|who|which|that|when|while|if)\b/iu.test(between)) return undefined;
  if (!/\p{Ll}{2,}/u.test(between)) return undefined;
  if (b.marker === 'by' && a.marker === '') return b.name;
  return a.marker === '' && b.marker === '' ? a.name : undefined;
}

const PARTICLE =
  /((?:[\p{Script=Katakana}ー]|\p{Script=Han}){2,})(が|は|を|に|へ|から|まで|より)(?![\p{Script=Hiragana}])/gu;
const PASSIVE = /[らさかたなまばがわ]れ(?:る|た|て|ま)/gu;

/** Two nouns of which each has the other's particle. */
function particles(claim: string, evidence: string): boolean {
  const [said, there] = [marked(claim), marked(evidence)];
  const isTurned = (claim.match(PASSIVE)?.length ?? 0) !== (evidence.match(PASSIVE)?.length ?? 0);
  const has = (noun: string, particle: string) =>
    there.some((each) => each.noun === noun && each.particle === particle);
  const isSwapped = (a: Marked, b: Marked) =>
    a.noun !== b.noun &&
    a.particle !== b.particle &&
    has(a.noun, b.particle) &&
    has(b.noun, a.particle) &&
    !(has(a.noun, a.particle) && has(b.noun, b.particle)) &&
    !(isTurned && /[がをに]/u.test(a.particle) && /[がをに]/u.test(b.particle));
  return said.some((a, at) => said.slice(at + 1).some((b) => isSwapped(a, b)));
}

interface Marked {
  readonly noun: string;
  readonly particle: string;
}

function marked(text: string): Marked[] {
  return [...text.matchAll(PARTICLE)].map(([, noun = '', particle = '']) => ({
    noun,
    particle: particle === 'は' ? 'が' : particle,
  }));
}
