// Text from outside, fit for a terminal: what it would obey, hide or show in another order is escaped.

/** Control characters but the line feed; bidirectional, invisible and line-breaking ones. */
const UNPRINTABLE = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Shows an unprintable character as `\u202e`, which inside a string of JSON still is that character. */
export function toVisible(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    // One outside the Basic Multilingual Plane has two code units, and in JSON two escapes.
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
