/**
 * Marks by which models and hosts tell who is speaking, and where a call of a tool begins. In a document they are about such
 * marks, or an attempt: their first sign is replaced, so that they stay readable and mean nothing.
 */
const SPECIAL_TOKEN =
  /<(?=[|｜][\w▁ -]{1,60}[|｜]>|\/?s>|(?:bos|eos|pad|unk|(?:start|end)_of_turn|turn)>)/giu;
const BRACKETED =
  /\[(?=\/?(?:INST|SYS(?:TEM)?_?(?:PROMPT)?|TOOL_CALLS?|TOOL_RESULTS?|AVAILABLE_TOOLS|gMASK|MASK)\])/gu;
const DOUBLE = /<<(?=\/?SYS>>)/gu;

/** Elements that hosts wrap turns, calls and results in. */
const ELEMENT =
  /<(?=\/?(?:[\w-]{1,20}:)?(?:system|assistant|user|human|developer|tool|tools|tool[_-](?:calls?|results?|use|response|output)|function(?:[_-](?:calls?|results?|response))?|invoke|parameters?|antml|instructions?|system[_-](?:prompt|reminder|message)|prompt|thinking|scratchpad|im_start|im_end|context|untrusted|documents?)\b[^<>]{0,300}\/?>)/giu;

export function inertBoundaries(text: string): string {
  if (!/[<[]/u.test(text)) return text;
  return text.replace(SPECIAL_TOKEN, '‹').replace(DOUBLE, '‹‹').replace(BRACKETED, '⁅').replace(ELEMENT, '‹');
}
