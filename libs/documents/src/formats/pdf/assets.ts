import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files the library reads while it works: character maps, measures of the standard fonts, decoders. */
export interface PdfAssets {
  readonly cMapUrl: string;
  readonly standardFontDataUrl: string;
  readonly wasmUrl: string;
}

/** In the folder `pdfjs` beside the bundle, else in the installed package. */
export function pdfAssets(beside: string = fileURLToPath(new URL('./pdfjs', import.meta.url))): PdfAssets {
  const folder = existsSync(beside)
    ? beside
    : dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
  return {
    cMapUrl: join(folder, 'cmaps/'),
    standardFontDataUrl: join(folder, 'standard_fonts/'),
    wasmUrl: join(folder, 'wasm/'),
  };
}
