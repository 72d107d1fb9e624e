/** Macros whose body belongs to the page; their title, if any, stands before it. */
export const CODE_MACROS = new Set([
  'code',
  'noformat',
  'html',
  'markdown',
  'plantuml',
  'mermaid',
  'mathblock',
]);
/** Macros that show other pages: not this page's words, and not this page's readers. */
export const FOREIGN_MACROS = new Set([
  'excerpt-include',
  'include',
  'children',
  'recently-updated',
  'contentbylabel',
  'toc',
  'blog-posts',
  'pagetree',
  'page-tree',
  'include-page',
  'excerptinclude',
]);
