import type { TreeEntry } from './github-types.ts';

const BINARY = new Set(
  'png jpg jpeg gif bmp ico webp avif tif tiff psd ai eps svgz mp3 mp4 m4a m4v wav ogg flac avi mov mkv webm woff woff2 ttf otf eot zip gz tgz bz2 xz zst 7z rar tar jar war ear class exe dll so dylib a o obj lib bin dat db sqlite sqlite3 pyc pyo pyd wasm node pack idx iso dmg img deb rpm apk ipa aab keystore jks p12 pfx onnx pt pth h5 pkl npy npz parquet avro orc feather rlib pdb ico icns cur blend fbx glb stl'.split(
    ' ',
  ),
);
const LOCK_FILES = new Set(
  'package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock composer.lock gemfile.lock cargo.lock poetry.lock uv.lock pdm.lock pipfile.lock go.sum mix.lock pubspec.lock podfile.lock packages.lock.json flake.lock gradle.lockfile'.split(
    ' ',
  ),
);
const GENERATED_FOLDER =
  /(?:^|\/)(?:node_modules|bower_components|vendor|dist|\.yarn|__snapshots__|__pycache__)\//u;
const GENERATED_NAME =
  /(?:\.min\.(?:js|css)|\.(?:js|css)\.map|\.pb\.go|_pb2(?:_grpc)?\.pyi?|\.g\.dart|\.designer\.cs|\.snap)$/iu;

/** Why a file of a tree is not indexed, or undefined when it is. By its entry alone, so that each listing says the same. */
export function whyLeftOut(
  { path, mode, type, size = 0 }: TreeEntry,
  maxFileBytes: number,
): string | undefined {
  if (type === 'commit' || mode === '160000') return 'submodule';
  if (mode === '120000') return 'symbolic link';
  if (type !== 'blob') return 'no file';
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const extension = /\.([^.]+)$/u.exec(name)?.[1] ?? '';
  if (BINARY.has(extension)) return 'binary';
  if (LOCK_FILES.has(name) || GENERATED_FOLDER.test(path) || GENERATED_NAME.test(name)) return 'generated';
  if (size > maxFileBytes) return 'larger than the limit';
  return undefined;
}

const POINTER = 'version https://git-lfs.github.com/spec/v1\n';
const MAX_POINTER_BYTES = 1_024;
/** As far as git itself looks for a zero byte. */
const LOOKED_AT = 8_000;
const DOCUMENT = /\.(?:pdf|docx|docm|pptx|pptm|xlsx|xlsm|xlsb|xls|odt|ods|odp|msg)$/iu;

/** Why a content is not indexed that its name did not give away, or undefined when it is. */
export function whyContentLeftOut(path: string, bytes: Uint8Array): string | undefined {
  const start = bytes.subarray(0, LOOKED_AT);
  if (bytes.length <= MAX_POINTER_BYTES && Buffer.from(bytes).toString('latin1').startsWith(POINTER))
    return 'pointer of Git LFS';
  const isUtf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  return start.includes(0) && !isUtf16 && !DOCUMENT.test(path) ? 'binary' : undefined;
}
