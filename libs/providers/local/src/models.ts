import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { invalidInput, toAppError } from '@fumikura/errors';
import type { AppError } from '@fumikura/errors';
import { createLocalEmbedder } from './embedder.ts';
import { fault, NEEDED_FILES, OPTIONAL_FILES, readFacts } from './facts.ts';
import { checksum, MANIFEST_FILE, readManifest } from './manifest.ts';
import type { ModelManifest } from './manifest.ts';

export interface InstalledModel {
  readonly name: string;
  readonly folder: string;
  readonly dimension: number;
  readonly maxTokens: number;
  readonly sizeBytes: number;
  readonly languages?: readonly string[];
  readonly licence?: string;
  readonly revision?: string;
  readonly origin?: string;
}

/** A model that is fetched by name: exactly these bytes, or it is refused. */
export interface PinnedModel {
  readonly name: string;
  /** Below the host that models are fetched from. */
  readonly repository: string;
  readonly revision: string;
  readonly licence: string;
  readonly languages: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/** By the name that "fumi models pull" takes. */
export const PINNED_MODELS: Readonly<Record<string, PinnedModel>> = {
  minilm: {
    name: 'all-MiniLM-L6-v2',
    repository: 'Xenova/all-MiniLM-L6-v2',
    revision: '751bff37182d3f1213fa05d7196b954e230abad9',
    licence: 'apache-2.0',
    languages: ['en'],
    files: {
      'config.json': '7135149f7cffa1a573466c6e4d8423ed73b62fd2332c575bf738a0d033f70df7',
      'tokenizer.json': 'da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0',
      'tokenizer_config.json': '9261e7d79b44c8195c1cada2b453e55b00aeb81e907a6664974b4d7776172ab3',
      'onnx/model_quantized.onnx': 'afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1',
    },
  },
};

export const MODEL_HOST = new URL('https://huggingface.co/');

/** Copies what is needed of a model folder, tries it out, and writes down what it was. */
export async function addModel(
  from: string,
  models: string,
  { name, replace = false }: { readonly name: string; readonly replace?: boolean },
  signal: AbortSignal,
): Promise<InstalledModel> {
  const source = resolve(from);
  const { modelFile } = await readFacts(source);
  const optional = await Promise.all(
    OPTIONAL_FILES.map(async (file) => ((await isFile(join(source, file))) ? file : '')),
  );
  const files = [modelFile, ...NEEDED_FILES, ...optional.filter(Boolean)];
  return install(models, name, replace, async (folder) => {
    for (const file of files) await cp(join(source, file), join(folder, file), { recursive: true });
    return complete(folder, { name, origin: source }, files, signal);
  });
}

/**
 * Fetches a pinned model. Rejects with MODEL_NOT_FOUND (config) where the host cannot be reached or has no such file,
 * MODEL_DAMAGED where the bytes are others than pinned.
 */
export async function pullModel(
  pinned: PinnedModel,
  models: string,
  { host = MODEL_HOST, replace = false, fetch: send = fetch }: PullOptions,
  signal: AbortSignal,
): Promise<InstalledModel> {
  const { name, repository, revision, licence, languages } = pinned;
  const base = new URL(`${repository}/resolve/${revision}/`, host);
  return install(models, name, replace, async (folder) => {
    for (const [file, expected] of Object.entries(pinned.files))
      await download(new URL(file, base), join(folder, file), expected, send, signal);
    const facts = { name, revision, origin: base.href, licence, languages: [...languages] };
    return complete(folder, facts, Object.keys(pinned.files), signal);
  });
}

export interface PullOptions {
  /** A mirror with the same addresses; default `MODEL_HOST`. */
  readonly host?: URL;
  readonly replace?: boolean;
  readonly fetch?: typeof fetch;
}

/** By name; folders that are no models are left out. */
export async function listModels(models: string): Promise<InstalledModel[]> {
  const names = await readdir(models).catch(() => []);
  const found = await Promise.all(
    names
      .sort()
      .map(async (name) =>
        (await isFile(join(models, name, MANIFEST_FILE))) ? describe(join(models, name)) : [],
      ),
  );
  return found.flat();
}

/** Beside its place first, so that a model is there whole or not at all. */
async function install(
  models: string,
  name: string,
  replace: boolean,
  make: (folder: string) => Promise<unknown>,
): Promise<InstalledModel> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw invalidInput(
      'INVALID_ARGUMENT',
      `"${name}" is no name for a model. Use letters, digits, dot and hyphen.`,
    );
  const target = join(models, name);
  if (!replace && (await stat(target).catch(() => undefined)))
    throw invalidInput(
      'INVALID_ARGUMENT',
      `There is a model "${name}" already. Say --replace, or choose another --name.`,
    );
  const beside = join(models, `.${name}.${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(beside, { recursive: true });
    await make(beside);
    await rm(target, { recursive: true, force: true });
    await rename(beside, target);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
  return describe(target);
}

async function complete(
  folder: string,
  facts: Omit<ModelManifest, 'files'>,
  files: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { licence } = await readFacts(folder);
  const embedder = await createLocalEmbedder({ folder, runtime: 'wasm' });
  try {
    await embedder.warmUp(signal);
    const sums = await Promise.all(
      files.map(async (file) => [file, await checksum(join(folder, file))] as const),
    );
    const manifest: ModelManifest = {
      ...(licence && { licence }),
      ...facts,
      files: Object.fromEntries(sums),
    };
    await writeFile(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 1)}\n`);
  } finally {
    await embedder.close();
  }
}

async function describe(folder: string): Promise<InstalledModel> {
  const manifest = await readManifest(folder);
  if (!manifest) throw fault('MODEL_NOT_FOUND', `${folder} was never added as a model.`);
  const { dimension, maxTokens, languages: stated } = await readFacts(folder);
  const sizes = await Promise.all(Object.keys(manifest.files).map((file) => stat(join(folder, file))));
  const { name, licence, revision, origin } = manifest;
  const languages = manifest.languages ?? stated;
  return {
    name,
    folder,
    dimension,
    maxTokens,
    sizeBytes: sizes.reduce((sum, { size }) => sum + size, 0),
    ...(languages && { languages }),
    ...(licence && { licence }),
    ...(revision && { revision }),
    ...(origin && { origin }),
  };
}

async function download(
  url: URL,
  path: string,
  expected: string,
  send: typeof fetch,
  signal: AbortSignal,
): Promise<void> {
  const bytes = await fetchBytes(url, send, signal);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  const found = await checksum(path);
  if (found === expected) return;
  throw fault(
    'MODEL_DAMAGED',
    `${url.href} gave other bytes than are pinned (SHA-256 ${found}, expected ${expected}). Nothing was installed.`,
  );
}

async function fetchBytes(url: URL, send: typeof fetch, signal: AbortSignal): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await send(url, { signal });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    if (signal.aborted) throw toAppError(signal.reason);
    throw unreachable(url, reasonOf(cause), cause);
  }
  throw unreachable(url, `it answered ${response.status}`, undefined);
}

/** What the network said, which `fetch` hides in a cause. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message : String(inner);
}

function unreachable(url: URL, why: string, cause: unknown): AppError {
  return fault(
    'MODEL_NOT_FOUND',
    `${url.host} cannot be asked for the model: ${why}. Without a way to it, fetch ${url.href} and its neighbours on another machine and run "fumi models add <folder>"; or name a mirror with --mirror. Behind a proxy, set NODE_USE_ENV_PROXY=1 and HTTPS_PROXY.`,
    cause,
  );
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
