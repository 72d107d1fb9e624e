/**
 * Who may import whom, as data. Two axes, every project has one tag of each; a test asserts it and plants a forbidden
 * import. `layer:` follows the table in docs/architecture.md, `runtime:` keeps Node out of what browsers load.
 */
const may = {
  domain: ['domain'],
  port: ['domain'],
  platform: ['domain', 'platform'],
  adapter: ['domain', 'port', 'platform'],
  feature: ['domain', 'port', 'platform', 'feature'],
  ui: ['domain', 'ui'],
  app: ['domain', 'port', 'platform', 'adapter', 'feature', 'ui', 'app'],
  testkit: ['domain', 'port', 'platform'],
  test: ['domain', 'port', 'platform', 'adapter', 'feature', 'ui', 'app', 'testkit'],
};

const tag = (axis) => (name) => `${axis}:${name}`;

function constraints(table) {
  return Object.entries(table).map(([from, to]) => ({
    sourceTag: `layer:${from}`,
    onlyDependOnLibsWithTags: to.map(tag('layer')),
    ...(from === 'domain' && { allowedExternalImports: [] }),
  }));
}

export const layers = constraints(may);

/**
 * Test files may also use the testkit and, to run the real part instead of a double, the adapters and features they
 * are about.
 */
export const testOnly = Object.keys(may).map((from) => ({
  sourceTag: `layer:${from}`,
  onlyDependOnLibsWithTags: [...new Set([...may[from], 'testkit', 'adapter', 'feature', 'port'])].map(
    tag('layer'),
  ),
}));

export const runtimes = [
  { sourceTag: 'runtime:universal', onlyDependOnLibsWithTags: ['runtime:universal'] },
  { sourceTag: 'runtime:node', onlyDependOnLibsWithTags: ['runtime:universal', 'runtime:node'] },
  { sourceTag: 'runtime:browser', onlyDependOnLibsWithTags: ['runtime:universal', 'runtime:browser'] },
];
