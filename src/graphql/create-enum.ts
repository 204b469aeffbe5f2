import { registerEnumType } from 'type-graphql';

/** Declared from a union of the domain's: a value without a description does not compile. */
export function createEnum<Value extends string>(
  name: string,
  description: string,
  descriptions: Readonly<Record<Value, string>>,
): { readonly [Name in Value]: Name } {
  const map = <Mapped>(to: (name: string, text: string) => Mapped) =>
    Object.fromEntries(
      Object.entries<string>(descriptions).map(([key, text]) => [key, to(key, text)]),
    );
  const values = map((key) => key) as { readonly [Name in Value]: Name };
  const valuesConfig = map((_key, text) => ({ description: text })) as Record<Value, object>;
  registerEnumType(values, { name, description, valuesConfig });
  return values;
}
