import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { z } from 'zod';

const SCHEMA = new URL('./schemas/compose-spec.json', import.meta.url);

/** Only what is looked at here; the schema of the specification has judged the whole. */
const fileSchema = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      command: z.array(z.string()).optional(),
      entrypoint: z.array(z.string()).optional(),
      volumes: z.array(z.string()).default([]),
      networks: z.array(z.string()).default([]),
      secrets: z.array(z.string()).default([]),
    }),
  ),
  volumes: z.record(z.string(), z.unknown()).default({}),
  networks: z.record(z.string(), z.unknown()).default({}),
  secrets: z.record(z.string(), z.unknown()).default({}),
});
export type ComposeFile = z.infer<typeof fileSchema>;

export function readCompose(text: string): unknown {
  return parse(text, { merge: true }) as unknown;
}

/** What is wrong with a compose file by the specification's schema, and names that nothing declares. */
export async function composeProblems(value: unknown): Promise<string[]> {
  // It names its draft by an address that Ajv does not know.
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(await readFile(SCHEMA, 'utf8')) as object);
  if (!validate(value))
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
    );
  return undeclared(fileSchema.parse(value));
}

export function composeServices(value: unknown): ComposeFile['services'] {
  return fileSchema.parse(value).services;
}

function undeclared(file: ComposeFile): string[] {
  return Object.entries(file.services).flatMap(([name, service]) => {
    const named = service.volumes.flatMap((each) => /^([a-z][\w-]*):/.exec(each)?.[1] ?? []);
    return [
      ...missing(named, file.volumes).map((each) => `${name}: no volume ${each}`),
      ...missing(service.networks, file.networks).map((each) => `${name}: no network ${each}`),
      ...missing(service.secrets, file.secrets).map((each) => `${name}: no secret ${each}`),
    ];
  });
}

function missing(names: readonly string[], declared: Readonly<Record<string, unknown>>): string[] {
  return names.filter((name) => !(name in declared));
}
