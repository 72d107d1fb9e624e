const SPOKEN_TO_ASSISTANTS =
  /\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,40}\b(?:previous|prior|above|all|any|earlier|your|these|the)\b[^.!?\n]{0,40}\b(?:instructions?|prompts?|rules?|guidelines?|messages?|context)\b|\b(?:system|developer) (?:prompt|message)\b|\byou are (?:now )?(?:an? )?(?:ai|assistant|chatbot|language model|chatgpt|claude|dan)\b|\b(?:assistant|ai|model|chatbot|llm)s?\b[^.!?\n]{0,20}\b(?:must|should|shall|have to|are to|please)\b[^.!?\n]{0,20}\b(?:say|answer|reply|respond|tell|output|write|cite|claim|state|recommend)\b|\b(?:when|if) (?:asked|you are asked|an? (?:ai|assistant))\b[^.!?\n]{0,60}\b(?:say|answer|reply|respond|tell)\b|<\/?(?:system|assistant|instructions?)>|\[\/?(?:INST|SYS)\]|(?:これまで|以前|上記|前)の(?:指示|命令|プロンプト)[^。\n]{0,20}(?:無視|忘れ)|(?:AI|アシスタント|人工知能|言語モデル)(?:は|に|へ)[^。\n]{0,30}(?:答え|回答|返答|出力)(?:て|し|せよ|ること)|システムプロンプト/iu;

/** A sentence that speaks to an assistant instead of a reader. It is no evidence for anything. */
export function isInstruction(text: string): boolean {
  return SPOKEN_TO_ASSISTANTS.test(text.normalize('NFKC'));
}
