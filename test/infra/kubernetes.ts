import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const COMPILER = createRequire(import.meta.url).resolve('typescript-native/package.json');

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
export type KubernetesObject = z.infer<typeof objectSchema>;

/** @throws when a document is no object with version, kind and name */
export function readObjects(text: string): KubernetesObject[] {
  return parseAllDocuments(text)
    .map((document) => {
      if (document.errors[0]) throw document.errors[0];
      return document.toJS() as unknown;
    })
    .filter((value) => value !== null && value !== undefined)
    .map((value) => objectSchema.parse(value));
}

/**
 * What is wrong with the objects by the published schemas: missing, ill-formed and unknown fields. The validators of the
 * package accept unknown fields, which a server would drop; its types do not, so the objects are compiled as literals too.
 */
export async function kubernetesProblems(objects: readonly KubernetesObject[]): Promise<string[]> {
  const found = await Promise.all(objects.map(schemaProblems));
  return [...found.flat(), ...repeated(objects), ...(await unknownFields(objects))];
}

async function schemaProblems(object: KubernetesObject): Promise<string[]> {
  const module = (await import(`kubernetes-models/${object.apiVersion}`)) as Record<string, unknown>;
  const Model = module[object.kind] as
    (new (data: unknown) => { validate(): void; toJSON(): unknown }) | undefined;
  if (!Model) return [`${title(object)}: no such kind`];
  try {
    new Model(object).validate();
    return [];
  } catch (error) {
    return [`${title(object)}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function repeated(objects: readonly KubernetesObject[]): string[] {
  const titles = objects.map(title);
  return titles.filter((each, at) => titles.indexOf(each) !== at).map((each) => `${each}: twice`);
}

async function unknownFields(objects: readonly KubernetesObject[]): Promise<string[]> {
  // Inside the workspace, where the package's types are found.
  const folder = await mkdtemp(join(HERE, '.types-'));
  try {
    const lines = objects.map(
      (object, at) =>
        `import type { I${object.kind} as T${at} } from 'kubernetes-models/${object.apiVersion}';\n` +
        `export const o${at}: T${at} = ${JSON.stringify(object, undefined, 1)};\n`,
    );
    const file = join(folder, 'objects.ts');
    await writeFile(file, lines.join(''));
    const args = ['--noEmit', '--strict', '--skipLibCheck', '--ignoreConfig', '--module', 'nodenext'];
    const compiler = join(COMPILER, '../bin/tsc');
    const { status, stdout, error } = spawnSync(process.execPath, [compiler, ...args, file], {
      encoding: 'utf8',
    });
    if (error) throw error;
    if (status === 0) return [];
    return stdout.split('\n').filter((line) => line.includes('error TS'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function title({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}
