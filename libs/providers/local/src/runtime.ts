import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { InferenceSession, Tensor } from 'onnxruntime-web';

export type RuntimeKind = 'auto' | 'native' | 'wasm';

/** What of ONNX Runtime is used; its packages for WebAssembly and for Node have it alike. */
export interface Runtime {
  readonly kind: 'native' | 'wasm';
  readonly Tensor: typeof Tensor;
  open(model: Uint8Array): Promise<InferenceSession>;
}

interface OnnxModule {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
  readonly env: { readonly wasm: { numThreads?: number; wasmBinary?: ArrayBufferLike | Uint8Array } };
}

/** The native package, which is faster, when it is installed; else the WebAssembly that ships with Fumikura. */
export async function loadRuntime(kind: RuntimeKind, nativeFrom: string | undefined): Promise<Runtime> {
  if (kind === 'wasm') return wasm();
  const native = await nativeModule(nativeFrom).catch((error: unknown) => {
    if (kind === 'native') throw error;
    return undefined;
  });
  return native ? nativeRuntime(native) : wasm();
}

/** Not a dependency: whoever wants it installs it beside Fumikura, or in the folder that is named. */
async function nativeModule(from: string | undefined): Promise<OnnxModule> {
  const name = 'onnxruntime-node';
  if (from === undefined) return exported(await import(name));
  const entry = createRequire(pathToFileURL(`${from}/`)).resolve(name);
  return exported(await import(pathToFileURL(entry).href));
}

function exported(module: OnnxModule & { readonly default?: OnnxModule }): OnnxModule {
  return module.default ?? module;
}

function nativeRuntime({ InferenceSession: session, Tensor: tensor }: OnnxModule): Runtime {
  return {
    kind: 'native',
    Tensor: tensor,
    // One thread each: the workers are what runs side by side.
    open: (model) =>
      session.create(model, { executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1 }),
  };
}

async function wasm(): Promise<Runtime> {
  const folder = wasmFolder();
  const module = exported((await import(new URL('ort.wasm.min.mjs', folder).href)) as OnnxModule);
  // Threads inside of one session bring nothing under Node.
  module.env.wasm.numThreads = 1;
  module.env.wasm.wasmBinary = await readFile(new URL('ort-wasm-simd-threaded.wasm', folder));
  return {
    kind: 'wasm',
    Tensor: module.Tensor,
    open: (model) =>
      module.InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }),
  };
}

/** Where the runtime's three files lie: beside the program that was built, else in the package. */
function wasmFolder(): URL {
  if (!import.meta.url.endsWith('.ts')) return new URL('./onnx/', import.meta.url);
  const file = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
  return new URL('./', pathToFileURL(file));
}
