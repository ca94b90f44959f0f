/** The formats of the analysis document; apart from the renderers, which take long to load. */
export const FORMATS = ['text', 'json', 'yaml', 'markdown', 'html', 'sarif', 'junit'] as const;
export type Format = (typeof FORMATS)[number];
