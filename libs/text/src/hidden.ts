/** What a person does not see and a terminal or a model might obey: controls, formats, and what is ignored by default. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;

/** JSON text whose hidden characters are written as escapes: the value is the same, and the text can be looked at. */
export function escapeHidden(json: string): string {
  return json.replace(HIDDEN, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
