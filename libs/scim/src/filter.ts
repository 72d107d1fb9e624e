import type { JsonValue } from '@fumikura/model';
import { isAttributes, valueOf } from './attributes.ts';
import type { Attributes } from './attributes.ts';
import { badRequest } from './refusal.ts';

const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
type Operator = (typeof OPERATORS)[number];

/** `emails[type eq "work"].value`: the attribute, what its values have to be, and which part of them. */
export interface Path {
  readonly attribute: string;
  readonly where?: Filter;
  readonly part?: string;
}

export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter }
  | { readonly kind: 'present'; readonly path: Path }
  | { readonly kind: 'compare'; readonly path: Path; readonly operator: Operator; readonly value: JsonValue };

const MAX_LENGTH = 2_000;
const MAX_DEPTH = 20;
const TOKEN = /\s*(?:(?<sign>[()[\]])|(?<text>"(?:[^"\\]|\\.)*")|(?<word>[^\s()[\]"]+))/uy;
/** The schema before a name says nothing: no name stands in two of them here. */
const URN = /^urn:[\w.:-]*:/iu;

type Token = { readonly kind: 'sign' | 'text' | 'word'; readonly value: string };

/** RFC 7644, 3.4.2.2. @throws ScimRefusal invalidFilter */
export function parseFilter(text: string): Filter {
  const reader = readerOf(text);
  const filter = anyOf(reader, 0);
  if (reader.peek()) throw wrong(text);
  return filter;
}

/** A path of a PATCH: `active`, `name.familyName`, `members[value eq "7"]`. @throws ScimRefusal invalidPath */
export function parsePath(text: string): Path {
  try {
    const reader = readerOf(text);
    const path = pathOf(reader, 0);
    if (reader.peek()) throw wrong(text);
    return path;
  } catch {
    throw badRequest('invalidPath', `The path "${text.slice(0, 100)}" cannot be read`);
  }
}

interface Reader {
  peek(): Token | undefined;
  take(): Token;
  readonly text: string;
}

function readerOf(text: string): Reader {
  if (text.length > MAX_LENGTH) throw badRequest('invalidFilter', 'The filter is too long');
  const tokens = tokensOf(text);
  let at = 0;
  return {
    text,
    peek: () => tokens[at],
    take: () => {
      const token = tokens[at++];
      if (!token) throw wrong(text);
      return token;
    },
  };
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const { sign, text: quoted, word } = TOKEN.exec(text)?.groups ?? {};
    if (sign !== undefined) tokens.push({ kind: 'sign', value: sign });
    else if (quoted !== undefined) tokens.push({ kind: 'text', value: quoted });
    else if (word !== undefined) tokens.push({ kind: 'word', value: word });
    else throw wrong(text);
  }
  return tokens;
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.value.toLowerCase() === word;
}

function anyOf(reader: Reader, depth: number): Filter {
  const parts = [allOf(reader, depth)];
  while (isWord(reader.peek(), 'or')) {
    reader.take();
    parts.push(allOf(reader, depth));
  }
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'or', parts };
}

function allOf(reader: Reader, depth: number): Filter {
  const parts = [single(reader, depth)];
  while (isWord(reader.peek(), 'and')) {
    reader.take();
    parts.push(single(reader, depth));
  }
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'and', parts };
}

function single(reader: Reader, depth: number): Filter {
  if (depth > MAX_DEPTH) throw wrong(reader.text);
  if (isWord(reader.peek(), 'not')) {
    reader.take();
    return { kind: 'not', of: inside(reader, '(', ')', depth) };
  }
  if (reader.peek()?.value === '(') return inside(reader, '(', ')', depth);
  const path = pathOf(reader, depth);
  if (path.where && path.part === undefined && !isOperator(reader.peek())) return { kind: 'present', path };
  const operator = reader.take().value.toLowerCase();
  if (operator === 'pr') return { kind: 'present', path };
  if (!(OPERATORS as readonly string[]).includes(operator)) throw wrong(reader.text);
  return { kind: 'compare', path, operator: operator as Operator, value: valueFrom(reader) };
}

function isOperator(token: Token | undefined): boolean {
  return ['pr', ...OPERATORS].some((operator) => isWord(token, operator));
}

function inside(reader: Reader, open: string, close: string, depth: number): Filter {
  if (reader.take().value !== open) throw wrong(reader.text);
  const filter = anyOf(reader, depth + 1);
  if (reader.take().value !== close) throw wrong(reader.text);
  return filter;
}

function pathOf(reader: Reader, depth: number): Path {
  const token = reader.take();
  if (token.kind !== 'word') throw wrong(reader.text);
  const name = token.value.replace(URN, '');
  const [attribute = '', ...parts] = name.split('.');
  if (!/^[a-z$][\w$-]*$/iu.test(attribute) || parts.length > 1) throw wrong(reader.text);
  const where = reader.peek()?.value === '[' ? inside(reader, '[', ']', depth) : undefined;
  const after = where && reader.peek()?.value.startsWith('.') ? reader.take().value.slice(1) : undefined;
  const part = after ?? parts[0];
  return { attribute, ...(where && { where }), ...(part !== undefined && { part }) };
}

function valueFrom(reader: Reader): JsonValue {
  const { kind, value } = reader.take();
  try {
    // Words are true, false, null and numbers; JSON knows them all. Entra ID writes True and False.
    return JSON.parse(kind === 'word' ? value.toLowerCase() : value) as JsonValue;
  } catch {
    throw wrong(reader.text);
  }
}

function wrong(text: string): Error {
  return badRequest('invalidFilter', `The filter "${text.slice(0, 100)}" cannot be read`);
}

export function matches(filter: Filter, resource: Attributes): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => matches(part, resource));
    case 'or':
      return filter.parts.some((part) => matches(part, resource));
    case 'not':
      return !matches(filter.of, resource);
    case 'present':
      return valuesAt(filter.path, resource).some((value) => value !== null && value !== '');
    case 'compare': {
      const values = valuesAt(filter.path, resource);
      if (filter.operator === 'ne') return values.every((value) => !compares('eq', value, filter.value));
      return values.some((value) => compares(filter.operator, value, filter.value));
    }
  }
}

/** Each value of a multi-valued attribute; of a complex one without a part, its `value`. */
function valuesAt({ attribute, where, part }: Path, resource: Attributes): JsonValue[] {
  const value = valueOf(resource, attribute);
  const all = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return all
    .filter((each) => !where || (isAttributes(each) && matches(where, each)))
    .flatMap((each) => {
      if (!isAttributes(each)) return part === undefined || part === 'value' ? [each] : [];
      const inner = valueOf(each, part ?? 'value');
      return inner === undefined ? (where && part === undefined ? [true] : []) : [inner];
    });
}

function compares(operator: Operator, left: JsonValue, right: JsonValue): boolean {
  if (typeof left !== typeof right) return false;
  const [a, b] =
    typeof left === 'string' && typeof right === 'string'
      ? [left.toLowerCase(), right.toLowerCase()]
      : [left, right];
  switch (operator) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'co':
      return String(a).includes(String(b));
    case 'sw':
      return String(a).startsWith(String(b));
    case 'ew':
      return String(a).endsWith(String(b));
    default:
      return ordered(operator, a, b);
  }
}

function ordered(operator: 'gt' | 'ge' | 'lt' | 'le', a: JsonValue, b: JsonValue): boolean {
  const isComparable = typeof a === 'string' || typeof a === 'number';
  if (!isComparable || a === null || b === null) return false;
  if (operator === 'gt') return a > b;
  if (operator === 'ge') return a >= b;
  return operator === 'lt' ? a < b : a <= b;
}
