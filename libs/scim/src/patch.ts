import type { JsonValue } from '@fumikura/model';
import { isAttributes, valueOf, without, withValue } from './attributes.ts';
import type { Attributes } from './attributes.ts';
import { matches, parsePath } from './filter.ts';
import type { Filter, Path } from './filter.ts';
import { badRequest } from './refusal.ts';

export interface Operation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path?: Path;
  readonly value?: JsonValue;
}

const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const MAX_OPERATIONS = 1_000;

/** RFC 7644, 3.5.2; Entra ID writes the operations with a capital letter. @throws ScimRefusal */
export function operationsOf(body: unknown): Operation[] {
  const schemas = isAttributes(body) ? valueOf(body, 'schemas') : undefined;
  const operations = isAttributes(body) ? valueOf(body, 'Operations') : undefined;
  if (!Array.isArray(schemas) || !schemas.includes(PATCH_SCHEMA) || !Array.isArray(operations))
    throw badRequest('invalidSyntax', `A PATCH has the schema ${PATCH_SCHEMA} and Operations`);
  if (operations.length > MAX_OPERATIONS) throw badRequest('tooMany', `At most ${MAX_OPERATIONS} operations`);
  return operations.map((each) => {
    const op = isAttributes(each) ? String(valueOf(each, 'op')).toLowerCase() : '';
    if (!isAttributes(each) || (op !== 'add' && op !== 'replace' && op !== 'remove'))
      throw badRequest('invalidSyntax', 'An operation is add, replace or remove');
    const path = valueOf(each, 'path');
    const value = valueOf(each, 'value');
    if (op === 'remove' && path === undefined) throw badRequest('noTarget', 'What is removed needs a path');
    return {
      op,
      ...(typeof path === 'string' && { path: parsePath(path) }),
      ...(value !== undefined && { value }),
    };
  });
}

export function patched(attributes: Attributes, operations: readonly Operation[]): Attributes {
  return operations.reduce(applied, attributes);
}

function applied(attributes: Attributes, { op, path, value }: Operation): Attributes {
  if (!path) {
    if (!isAttributes(value)) throw badRequest('invalidValue', 'Without a path the value is an object');
    // Entra ID writes paths as names there: { "name.familyName": "Miller" }.
    return Object.entries(value).reduce((all, [name, each]) => {
      if (each === undefined || isUrn(name)) return all;
      return changed(all, op, parsePath(name), each);
    }, attributes);
  }
  return changed(attributes, op, path, value);
}

function isUrn(name: string): boolean {
  return /^urn:.*:(?:User|Group)$/iu.test(name);
}

function changed(
  attributes: Attributes,
  op: Operation['op'],
  path: Path,
  value: JsonValue | undefined,
): Attributes {
  const { attribute, where, part } = path;
  const now = valueOf(attributes, attribute);
  if (where) return withList(attributes, attribute, inList(listOf(now), op, where, part, value));
  if (part !== undefined) {
    const inner = isAttributes(now) ? now : {};
    const next = op === 'remove' ? without(inner, part) : withValue(inner, part, required(value));
    return withValue(attributes, attribute, next);
  }
  if (op === 'remove')
    return value === undefined
      ? without(attributes, attribute)
      : withList(attributes, attribute, withoutValues(listOf(now), listOf(value)));
  const wanted = required(value);
  if (op === 'add' && Array.isArray(now)) return withValue(attributes, attribute, union(now, listOf(wanted)));
  if (isAttributes(now) && isAttributes(wanted))
    return withValue(attributes, attribute, { ...now, ...wanted });
  return withValue(attributes, attribute, wanted);
}

function inList(
  list: readonly JsonValue[],
  op: Operation['op'],
  where: Filter,
  part: string | undefined,
  value: JsonValue | undefined,
): JsonValue[] {
  const isMeant = (each: JsonValue) => isAttributes(each) && matches(where, each);
  if (op === 'remove' && part === undefined) return list.filter((each) => !isMeant(each));
  const edited = list.map((each) => {
    if (!isAttributes(each) || !isMeant(each)) return each;
    if (op === 'remove') return without(each, part ?? '');
    if (part !== undefined) return withValue(each, part, required(value));
    return isAttributes(value) ? { ...each, ...value } : each;
  });
  if (list.some(isMeant) || op === 'remove') return edited;
  // Entra ID sets emails[type eq "work"].value of somebody who has no address yet.
  return [
    ...list,
    {
      ...saidBy(where),
      ...(part === undefined ? (isAttributes(value) ? value : {}) : { [part]: required(value) }),
    },
  ];
}

/** `type eq "work"` → `{ type: 'work' }`. */
function saidBy(where: Filter): Record<string, JsonValue> {
  if (where.kind === 'compare' && where.operator === 'eq') return { [where.path.attribute]: where.value };
  if (where.kind === 'and') return Object.assign({}, ...where.parts.map(saidBy)) as Record<string, JsonValue>;
  throw badRequest('noTarget', 'Nothing there fits the path');
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function withList(attributes: Attributes, name: string, list: readonly JsonValue[]): Attributes {
  return list.length === 0 ? without(attributes, name) : withValue(attributes, name, list);
}

function keyOf(value: JsonValue): string {
  const key = isAttributes(value) ? valueOf(value, 'value') : value;
  return JSON.stringify(key ?? value);
}

function union(now: readonly JsonValue[], more: readonly JsonValue[]): JsonValue[] {
  const known = new Set(now.map(keyOf));
  return [...now, ...more.filter((each) => !known.has(keyOf(each)))];
}

function withoutValues(now: readonly JsonValue[], gone: readonly JsonValue[]): JsonValue[] {
  const keys = new Set(gone.map(keyOf));
  return now.filter((each) => !keys.has(keyOf(each)));
}

function required(value: JsonValue | undefined): JsonValue {
  if (value === undefined) throw badRequest('invalidValue', 'The operation needs a value');
  return value;
}
