// Tables in the documentation, for tests that hold it to its word.

/** The rows of the first table under a heading, as cells; its head is left out. */
export function readTable(markdown: string, heading: string): string[][] {
  const [, section = ''] = markdown.split(new RegExp(`^#+ ${heading}$`, 'm'));
  return readRows(section.split(/^#/m, 1)[0] ?? '').slice(2);
}

/** Every row of every table, as cells. */
export function readRows(markdown: string): string[][] {
  return (markdown.match(/^\|.*\|$/gm) ?? []).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
