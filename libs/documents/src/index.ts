export { chunk, CHUNKER_DEFAULTS, CHUNKER_VERSION } from './chunker.ts';
export type { ChunkerOptions } from './chunker.ts';
export { createDocumentPipeline } from './pipeline.ts';
export type { DocumentPipeline, PipelineInput, PipelineOptions } from './pipeline.ts';
export { prepareBlocks, prepareContent, prepareFile } from './prepare.ts';
export { supportedFormats } from './registry.ts';
export { DEFAULT_LIMITS } from './types.ts';
export type { FormatParser, Parsed, ParseInput, ParseLimits, Prepared } from './types.ts';
