/** Makes an unhandled member of a union a compile error, and a loud one should it happen anyway. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled value: ${JSON.stringify(value)}`);
}
