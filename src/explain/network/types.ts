export const SECTIONS = ['eni', 'routes', 'rules', 'iptables', 'cni', 'dns', 'conntrack', 'ebpf'] as const;
export type SectionName = (typeof SECTIONS)[number];

export type Cell = string | number | boolean | null;

export interface Column {
  /** Key of the JSON rows. */
  readonly key: string;
  /** Heading in text. */
  readonly title: string;
  /** Left out of text where the terminal is too narrow for it. */
  readonly optional: boolean;
}

/** What there is, one object per row. */
export interface Table {
  /** Key in the JSON. */
  readonly name: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  /** Rows beyond the bound. */
  readonly leftOut: number;
}

/** An artifact that the section needs and that is not there as it should be. */
export interface NotCollected {
  readonly what: string;
  readonly file: string;
  readonly state: 'missing' | 'empty' | 'truncated' | 'unreadable';
  readonly note: string | null;
}
