// What is pasted with a name or an address, and means nothing.

/** Spaces and tabs around a text. */
export function trimBlanks(text: string): string {
  const isBlank = (index: number) => text[index] === ' ' || text[index] === '\t';
  let [start, end] = [0, text.length];
  while (isBlank(start)) {
    start += 1;
  }
  while (end > start && isBlank(end - 1)) {
    end -= 1;
  }
  return text.slice(start, end);
}

/** As {@link trimBlanks}, and the root dot of DNS. */
export function trimName(text: string): string {
  return trimBlanks(text).replace(/\.$/, '');
}
