// Text from outside, fit for a terminal: what it would obey, hide or show in another order is escaped.

/** Control characters but the line feed; bidirectional, invisible and line-breaking ones. */
const UNPRINTABLE = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** What a person who looks at a name or an address does not see, or takes for a plain space. */
export const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** Shows a character as `\u202e`, which inside a string of JSON still is that character. */
export function toVisible(text: string, hidden = UNPRINTABLE): string {
  return text.replace(hidden, (character) =>
    // One outside the Basic Multilingual Plane has two code units, and in JSON two escapes.
    character.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
