import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', 'samples/cases/'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', Buffer: 'readonly', URL: 'readonly' },
    },
    rules: {
      // Typed-array columns are indexed in hot loops whose bounds the loop itself guarantees.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Escape sequences are what several functions exist to find.
      'no-control-regex': 'off',
      // `== null` is the one comparison that means 'null or undefined'.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    // Variants of bundles are made by taking keys out of parsed JSON.
    files: ['lab/variants/**'],
    rules: { '@typescript-eslint/no-dynamic-delete': 'off' },
  },
);
