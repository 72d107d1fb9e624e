import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';

const DESCRIPTION = new URL('../../../../shared/specs/slack-web.json', import.meta.url);

/** Absent on a machine without the vendor's description: then arguments are not judged. */
export const hasSlackDescription = existsSync(DESCRIPTION);

interface Parameter {
  readonly name: string;
  readonly required?: boolean;
  readonly type?: string;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly responses?: Readonly<Record<string, { readonly schema?: object }>>;
}

export type Arguments = Readonly<Record<string, unknown>>;

export interface SlackDescription {
  /** What the description does not allow of a call; a method that it does not know is judged by `YOUNGER`. */
  checkCall(method: string, args: Arguments): string[];
  checkAnswer(method: string, answer: unknown): string[];
}

/** The description ended in 2021. What came later, by the reference pages of the methods. */
const YOUNGER_METHODS: Readonly<
  Record<string, { readonly required: readonly string[]; readonly optional: readonly string[] }>
> = {
  'auth.teams.list': { required: [], optional: ['limit', 'cursor', 'include_icon'] },
  'apps.connections.open': { required: [], optional: [] },
  'assistant.threads.setStatus': {
    required: ['channel_id', 'thread_ts', 'status'],
    optional: ['loading_messages'],
  },
  'assistant.threads.setSuggestedPrompts': {
    required: ['channel_id', 'prompts'],
    optional: ['thread_ts', 'title'],
  },
  'assistant.threads.setTitle': { required: ['channel_id', 'thread_ts', 'title'], optional: [] },
  'chat.startStream': {
    required: ['channel', 'thread_ts'],
    optional: ['markdown_text', 'chunks', 'recipient_team_id', 'recipient_user_id', 'task_display_mode'],
  },
  'chat.appendStream': { required: ['channel', 'ts'], optional: ['markdown_text', 'chunks'] },
  'chat.stopStream': {
    required: ['channel', 'ts'],
    optional: ['markdown_text', 'chunks', 'blocks', 'metadata'],
  },
};

const YOUNGER_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  'chat.postMessage': ['metadata', 'client_msg_id'],
  'chat.update': ['metadata', 'reply_broadcast'],
  'oauth.v2.access': ['grant_type', 'refresh_token'],
};

/** Once required, now one of several. */
const YOUNGER_CHOICES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'oauth.v2.access': { code: ['refresh_token'] },
};

let loaded: SlackDescription | undefined;

/** Read once: its schemas cost more than thousands of calls that are judged by them. */
export function loadSlackDescription(): SlackDescription | undefined {
  if (hasSlackDescription) loaded ??= readDescription();
  return loaded;
}

function readDescription(): SlackDescription {
  const { paths, definitions } = JSON.parse(readFileSync(DESCRIPTION, 'utf8')) as {
    paths: Record<string, Record<string, Operation>>;
    definitions: object;
  };
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', ...growing({ definitions }) });
  const compiled = new Map<string, ValidateFunction>();
  const operationOf = (method: string) => {
    const item = paths[`/${method}`];
    return item?.['post'] ?? item?.['get'];
  };
  return {
    checkCall: (method, args) => {
      const operation = operationOf(method);
      const younger = YOUNGER_METHODS[method];
      if (!operation && !younger) return [`${method} is not described`];
      const known: readonly Parameter[] = operation?.parameters ?? [
        ...(younger?.required ?? []).map((name) => ({ name, required: true })),
        ...(younger?.optional ?? []).map((name) => ({ name })),
      ];
      const names = new Set([
        ...known.map(({ name }) => name),
        ...(YOUNGER_ARGUMENTS[method] ?? []),
        'token',
        'team_id',
      ]);
      return [
        ...Object.keys(args)
          .filter((name) => !names.has(name))
          .map((name) => `${method}: ${name} is not described`),
        ...known
          .filter(({ name, required }) => required && name !== 'token' && args[name] === undefined)
          .filter(({ name }) => !(YOUNGER_CHOICES[method]?.[name] ?? []).some((other) => other in args))
          .map(({ name }) => `${method}: ${name} is required`),
        ...known.flatMap((parameter) => typeFault(method, parameter, args[parameter.name])),
      ];
    },
    checkAnswer: (method, answer) => {
      const schema =
        operationOf(method)?.responses?.[(answer as { ok: boolean }).ok ? '200' : 'default']?.schema;
      if (!schema) return [];
      const key = `${method} ${String((answer as { ok: boolean }).ok)}`;
      const validate =
        compiled.get(key) ??
        ajv.compile(
          JSON.parse(JSON.stringify(schema).replaceAll('"#/definitions', '"api#/definitions')) as object,
        );
      compiled.set(key, validate);
      return validate(answer)
        ? []
        : (validate.errors ?? []).map(
            ({ instancePath, message }) => `${method} answer${instancePath}: ${message}`,
          );
    },
  };
}

/** Answers have grown since: what is described must fit, what is not may be there. */
function growing(schema: object): object {
  return JSON.parse(
    JSON.stringify(schema)
      .replaceAll('"additionalProperties":false', '"additionalProperties":true')
      .replaceAll('"#/definitions', '"api#/definitions'),
  ) as object;
}

function typeFault(method: string, { name, type }: Parameter, value: unknown): string[] {
  if (value === undefined) return [];
  const text = String(value);
  const fits =
    type === 'boolean'
      ? /^(true|false)$/u.test(text)
      : type === 'integer' || type === 'number'
        ? Number.isFinite(Number(text))
        : true;
  return fits ? [] : [`${method}: ${name} is no ${type}`];
}
