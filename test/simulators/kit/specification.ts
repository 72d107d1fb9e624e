import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header' | 'cookie';
  readonly required?: boolean;
  readonly schema?: object;
}

interface Media {
  readonly schema?: object;
}

interface Operation {
  readonly operationId?: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly required?: boolean; readonly content?: Readonly<Record<string, Media>> };
  readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components?: Readonly<Record<string, unknown>>;
}

export interface Described {
  /** `GET /wiki/api/v2/pages/{id}`. */
  readonly name: string;
  /** What the description does not allow of this request; empty when it fits. */
  checkRequest(url: URL, body: unknown): string[];
  /** What it does not allow of this answer. An undescribed status is a fault. */
  checkAnswer(status: number, body: unknown): string[];
  /** What it does not allow of one event of an answer that is streamed. Without a described event: nothing is allowed. */
  checkEvent(status: number, event: unknown): string[];
}

export interface Specification {
  /** The operation that a request is for, or undefined when the description has none. */
  find(method: string, path: string): Described | undefined;
}

/**
 * An OpenAPI description as a judge of requests and answers. Schemas are compiled at their first use. Vendors mark
 * formats and enumerations they do not keep; `lenient` names keywords that are left out of the judgement. `basePath` is
 * what an address has before the paths of the description: `/wiki/api/v2`.
 */
export function loadSpecification(
  file: string | URL,
  { basePath = '', lenient = [] }: { readonly basePath?: string; readonly lenient?: readonly string[] } = {},
): Specification {
  const description = JSON.parse(readFileSync(file, 'utf8')) as Description;
  const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false, logger: false });
  addFormats.default(ajv);
  ajv.addSchema(plain({ components: description.components ?? {} }, lenient) as object, 'api');
  const compile = (schema: object) => ajv.compile(plain(schema, lenient) as object);
  const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => /^(get|post|put|patch|delete|head)$/.test(method))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        pattern: patternOf(path),
        described: once(() =>
          describe(
            method.toUpperCase(),
            path,
            operation as Operation,
            (methods.parameters ?? []) as Operation['parameters'] & object,
            description,
            compile,
          ),
        ),
      })),
  );
  // Literal paths win over templates: `/pages/trash` before `/pages/{id}`.
  operations.sort((a, b) => a.path.split('{').length - b.path.split('{').length);
  return {
    find: (method, path) =>
      path.startsWith(basePath)
        ? operations
            .find((each) => each.method === method && each.pattern.test(path.slice(basePath.length)))
            ?.described()
        : undefined,
  };
}

function describe(
  method: string,
  path: string,
  operation: Operation,
  shared: NonNullable<Operation['parameters']>,
  description: Description,
  compile: (schema: object) => ValidateFunction,
): Described {
  const parameters = [...shared, ...(operation.parameters ?? [])].map((each) =>
    '$ref' in each ? (resolve(description, each.$ref) as Parameter) : each,
  );
  const query = new Map(parameters.filter((each) => each.in === 'query').map((each) => [each.name, each]));
  const bodySchema = operation.requestBody?.content?.['application/json']?.schema;
  const checkBody = once(() => (bodySchema ? compile(bodySchema) : undefined));
  const answers = new Map<string, ValidateFunction | undefined>();
  const schemaOf = (status: string, type: string) => {
    const response = operation.responses?.[status];
    if (!response) return undefined;
    const resolved = '$ref' in response ? resolve(description, String(response.$ref)) : response;
    return (resolved as typeof response).content?.[type]?.schema;
  };
  const events = new Map<string, ValidateFunction | undefined>();
  const name = `${method} ${path}`;
  return {
    name,
    checkRequest: (url, body) => [
      ...[...query.values()]
        .filter((each) => each.required && !url.searchParams.has(each.name))
        .map((each) => `${name}: the query parameter "${each.name}" is missing`),
      ...[...new Set(url.searchParams.keys())].flatMap((key) => {
        const parameter = query.get(key);
        if (!parameter) return [`${name}: there is no query parameter "${key}"`];
        return fitsQuery(url.searchParams.getAll(key), parameter, description)
          ? []
          : [`${name}: "${key}" does not allow ${JSON.stringify(url.searchParams.getAll(key))}`];
      }),
      ...(body === undefined
        ? operation.requestBody?.required
          ? [`${name}: the body is missing`]
          : []
        : faults(checkBody(), body, `${name}: body`)),
    ],
    checkAnswer: (status, body) => {
      const key = operation.responses?.[String(status)] ? String(status) : 'default';
      const response = operation.responses?.[key];
      if (!response) return status < 400 ? [`${name}: the status ${status} is not described`] : [];
      if (!answers.has(key)) {
        const schema = schemaOf(key, 'application/json');
        answers.set(key, schema && compile(schema));
      }
      return body === undefined ? [] : faults(answers.get(key), body, `${name}: ${status}`);
    },
    checkEvent: (status, event) => {
      const type = (event as { readonly type?: unknown }).type;
      const key = `${status} ${typeof type === 'string' ? type : ''}`;
      if (!events.has(key)) {
        const schema = schemaOf(String(status), 'text/event-stream');
        const meant = schema && alternativeFor(type, schema, description);
        events.set(key, meant && compile(meant));
      }
      const check = events.get(key);
      return check ? faults(check, event, `${name}: event`) : [`${name}: no event ${key} is described`];
    },
  };
}

/** Of events that say which one they are, its own description: a choice of fifty tells nothing about what is wrong. */
function alternativeFor(type: unknown, schema: object, description: Description): object | undefined {
  const whole = ('$ref' in schema ? resolve(description, String(schema.$ref)) : schema) as {
    readonly anyOf?: readonly { readonly $ref?: string }[];
  };
  if (typeof type !== 'string' || !whole.anyOf) return schema;
  return whole.anyOf.find(({ $ref = '' }) => {
    const each = resolve(description, $ref) as { properties?: { type?: { enum?: readonly string[] } } };
    return each.properties?.type?.enum?.includes(type);
  });
}

function fitsQuery(values: readonly string[], { schema = {} }: Parameter, description: Description): boolean {
  const resolved = ('$ref' in schema ? resolve(description, String(schema.$ref)) : schema) as {
    readonly type?: string;
    readonly enum?: readonly unknown[];
    readonly items?: object;
    readonly minimum?: number;
    readonly maximum?: number;
  };
  if (resolved.type === 'array')
    return values
      .flatMap((value) => value.split(','))
      .every((value) =>
        fitsQuery([value], { name: '', in: 'query', schema: resolved.items ?? {} }, description),
      );
  const [value = ''] = values;
  if (values.length > 1) return false;
  if (resolved.type === 'integer' && !/^-?\d+$/.test(value)) return false;
  if (resolved.type === 'boolean' && !/^(true|false)$/.test(value)) return false;
  if (resolved.minimum !== undefined && Number(value) < resolved.minimum) return false;
  if (resolved.maximum !== undefined && Number(value) > resolved.maximum) return false;
  return !resolved.enum || resolved.enum.map(String).includes(value);
}

function faults(check: ValidateFunction | undefined, value: unknown, where: string): string[] {
  if (!check || check(value)) return [];
  return (check.errors ?? []).slice(0, 5).map((each) => `${where}${each.instancePath} ${each.message}`);
}

/** `/a/{id}` → matches one segment for each name. */
function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^/}]+\}/g, '[^/]+');
  return new RegExp(`^${escaped}$`);
}

function resolve(description: Description, ref: string): unknown {
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (at, key) => (at as Record<string, unknown>)[key.replaceAll('~1', '/').replaceAll('~0', '~')],
      description,
    );
}

/** JSON schema as Ajv reads it: references into the one compiled document, `nullable` as a type. */
function plain(schema: unknown, lenient: readonly string[]): unknown {
  if (Array.isArray(schema)) return schema.map((each) => plain(each, lenient));
  if (typeof schema !== 'object' || schema === null) return schema;
  // Written alone, as one of several alternatives, it stands for null itself.
  if (Object.keys(schema).join() === 'nullable') return { enum: [null] };
  const entries = Object.entries(schema)
    .filter(([key]) => !lenient.includes(key) && key !== 'discriminator' && key !== 'example')
    .map(([key, value]) =>
      key === '$ref' && typeof value === 'string' && value.startsWith('#/')
        ? [key, `api${value}`]
        : [key, plain(value, lenient)],
    );
  const { nullable, ...rest } = Object.fromEntries(entries) as Record<string, unknown>;
  // What may be null may be so beside an enumeration that does not name it, as every vendor reads it.
  const choices = nullable === true && Array.isArray(rest.enum) ? { enum: [...rest.enum, null] } : {};
  if (nullable === undefined || 'type' in rest)
    return nullable === undefined ? rest : { ...rest, ...choices, nullable };
  // Ajv knows the word only beside a type; vendors also write it beside a choice.
  return nullable === true ? { anyOf: [{ type: 'null' }, rest] } : rest;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
