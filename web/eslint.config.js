/** What the front end's code must look like, and which folder may import which. */
import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

const restricted = (message, ...group) => ({
  'no-restricted-imports': ['error', { patterns: [{ group, message }] }],
})

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', 'src/api/schema.d.ts', 'src/components.d.ts'] },
  ...ts.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-undef': 'off', // vue-tsc knows better
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/multi-word-component-names': 'off', // a panel kind's component is Kind.vue or its plain name
      'vue/max-attributes-per-line': 'off', // layout of templates is left to the writer
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/require-default-prop': 'off', // optional props are typed as such
    },
  },
  {
    files: ['src/kernel/**'],
    rules: restricted('kernel is pure: no Vue, no network', 'vue', 'vue-*', '@/api/*', '@/app/*', '@/ui/*', 'pinia'),
  },
  {
    files: ['src/{ui,api}/**'],
    rules: restricted('ui and api know no pages', '@/contexts/*', '@/panels/*', '@/resources/*', '@/screens/*'),
  },
)
