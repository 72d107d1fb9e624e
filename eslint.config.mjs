import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { layers, runtimes, testOnly } from './tools/boundaries.mjs';

const nodeBuiltins = {
  patterns: [
    {
      group: ['node:*', 'fs', 'path', 'crypto', 'worker_threads'],
      message: 'This project also runs in browsers: take what it needs as a parameter.',
    },
  ],
};

const onlyAccessGrants = {
  paths: [
    {
      name: '@fumikura/ports/grant',
      message: 'Only libs/access makes AccessFilters; ask it for one.',
    },
  ],
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.nx/**', '**/kernel/assembly/**', '**/results/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { allow: [], enforceBuildableLibDependency: false, depConstraints: [...layers, ...runtimes] },
      ],
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Only a type alias is assignable to a JSON value; only an index signature can refer to itself.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-imports': ['error', onlyAccessGrants],
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'The environment is read once, in an app; libraries take typed options.',
        },
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
      ],
      'no-console': 'error',
    },
  },
  {
    files: ['libs/{model,errors,ports,text}/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: nodeBuiltins.patterns, paths: onlyAccessGrants.paths }],
    },
  },
  {
    // Tests and benches stand where access would.
    files: ['libs/access/**/*.ts', 'libs/testkit/**/*.ts', 'test/**/*.ts', '**/*.test.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    // Folders called testing hold what several tests of a project share, and the processes they start.
    files: ['**/*.test.ts', '**/src/testing/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { allow: [], enforceBuildableLibDependency: false, depConstraints: [...testOnly, ...runtimes] },
      ],
      '@typescript-eslint/no-floating-promises': 'off',
    },
  },
  {
    files: ['apps/**/*.ts', 'test/**/*.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
