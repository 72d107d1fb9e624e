// Loaded into a test's process before everything else: one file of the sources is read with one change.
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const { file, find, replace } = JSON.parse(process.env['FUMI_MUTANT'] ?? '{}');
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.startsWith('file:') || !fileURLToPath(url).endsWith(file)) return loaded;
    const source = loaded.source.toString();
    if (source.split(find).length !== 2) throw new Error(`MUTANT NOT FOUND ONCE in ${file}: ${find}`);
    return { ...loaded, source: source.replace(find, () => replace) };
  },
});
