import type { JsonValue } from '@fumikura/model';

/** A resource as clients write it; names of attributes are compared without their case. */
export type Attributes = Readonly<Record<string, JsonValue>>;

export function isAttributes(value: unknown): value is Attributes {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name under which an attribute stands there, whatever its case. */
export function nameIn(attributes: Attributes, name: string): string | undefined {
  if (Object.hasOwn(attributes, name)) return name;
  const wanted = name.toLowerCase();
  return Object.keys(attributes).find((each) => each.toLowerCase() === wanted);
}

export function valueOf(attributes: Attributes, name: string): JsonValue | undefined {
  const found = nameIn(attributes, name);
  return found === undefined ? undefined : attributes[found];
}

export function withValue(attributes: Attributes, name: string, value: JsonValue): Attributes {
  return { ...attributes, [nameIn(attributes, name) ?? name]: value };
}

export function without(attributes: Attributes, name: string): Attributes {
  const found = nameIn(attributes, name);
  return Object.fromEntries(Object.entries(attributes).filter(([each]) => each !== found));
}
