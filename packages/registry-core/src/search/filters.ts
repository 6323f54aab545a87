/**
 * Every filter of a listing, declared once: what it reads of a view, whether its values are
 * counted beside a result, which vocabulary names them, and what stands above a value. Index,
 * counts, query language, HTTP parameters and labels all follow from here.
 */
import { isJsonObject, type JsonValue } from '../encoding/json.ts'
import type { View } from '../record/view.ts'
import type { Names } from './names.ts'

/** What the roster says of a namespace at the time of a query. */
export type Owner = {
  readonly agency: number
  /** Agencies above it, nearest first. */
  readonly above: readonly number[]
  readonly region: string | null
}

/** What an index asks the roster and the profile about at the time of a query. */
export type Surroundings = {
  readonly ownerOf: (ns: number) => Owner
  readonly names: () => Names
}

/** The name of a filter. */
export type FilterName =
  | 'kind'
  | 'agency'
  | 'region'
  | 'theme'
  | 'sharing'
  | 'openness'
  | 'format'
  | 'state'
  | 'frequency'
  | 'license'
  | 'modified'
  | 'has'

/** A filter; several values of it are "or", several filters "and". */
type Declaration = {
  readonly description: string
  /** By which words beside its name a query names it: `region:440000`, `格式:csv`. */
  readonly words: readonly string[]
  /** Counted beside a result. */
  readonly isFacet: boolean
  /** The profile's vocabulary of its values. */
  readonly vocabulary?: string
  /**
   * What the index keeps of a view with fields of these paths; an owner's values are kept as the
   * namespace and read from the roster.
   */
  readonly keep: (view: View, paths: readonly string[]) => readonly string[]
  /** A kept value and those above it, by the owner of the namespace. */
  readonly show?: (kept: string, ownerOf: (ns: number) => Owner) => readonly string[]
  /** Whether a kept value lies in a range: `from..to`, of which one may be missing. */
  readonly isWithin?: (kept: string, range: string) => boolean
}

/** Marks the region of a record that names none: that of its owner. */
const OWNERS_REGION = '@'

const DECLARATIONS: Readonly<Record<FilterName, Declaration>> = {
  kind: {
    description: 'Kind of record',
    words: ['类型'],
    isFacet: true,
    keep: (view: View) => [view.kind],
  },
  agency: {
    description: 'Number of the agency; those below it are included',
    words: ['publisher', '机构', '部门', '提供方'],
    isFacet: true,
    keep: (view: View) => [String(view.ns)],
    show: (kept: string, ownerOf: (ns: number) => Owner) => {
      const { agency, above } = ownerOf(Number(kept))
      return [agency, ...above].map(String)
    },
  },
  region: {
    description: 'Code of the region; those within it are included',
    words: ['地区', '区域'],
    isFacet: true,
    vocabulary: 'regions',
    keep: (view: View) => [textOf(view.fields['region']) ?? `${OWNERS_REGION}${view.ns}`],
    show: (kept: string, ownerOf: (ns: number) => Owner) => {
      const isOwners = kept.startsWith(OWNERS_REGION)
      const code = isOwners ? ownerOf(Number(kept.slice(1))).region : kept
      return code === null ? [] : [code, ...regionsAbove(code)]
    },
  },
  theme: {
    description: 'Code of the theme; those below it are included',
    words: ['topic', '主题', '分类'],
    isFacet: true,
    vocabulary: 'themes',
    keep: (view: View) => textList(view.fields['theme']),
    show: (kept: string) => (/^cn:\d\d-\d\d$/.test(kept) ? [kept, kept.slice(0, 5)] : [kept]),
  },
  sharing: {
    description: 'Sharing type',
    words: ['共享', '共享属性'],
    isFacet: true,
    vocabulary: 'sharingTypes',
    keep: (view: View) => listOf(typeOf(view.fields['sharing'])),
  },
  openness: {
    description: 'Openness to the public',
    words: ['开放', '开放属性'],
    isFacet: true,
    vocabulary: 'opennessTypes',
    keep: (view: View) => listOf(typeOf(view.fields['openness'])),
  },
  format: {
    description: 'Format of a distribution',
    words: ['格式'],
    isFacet: true,
    vocabulary: 'formats',
    keep: (view: View, paths: readonly string[]) => formatsOf(view.fields, paths),
  },
  state: {
    description: 'published (default), withdrawn or all',
    words: ['状态'],
    isFacet: false,
    vocabulary: 'states',
    keep: (view: View) => listOf(textOf(view.fields['state'])),
  },
  frequency: {
    description: 'Update cycle',
    words: ['更新周期', '频率'],
    isFacet: true,
    vocabulary: 'frequencies',
    keep: (view: View) => listOf(textOf(view.fields['frequency'])),
  },
  license: {
    description: 'Licence',
    words: ['licence', '许可'],
    isFacet: true,
    keep: (view: View) => listOf(textOf(view.fields['license'])),
  },
  modified: {
    description:
      'Day, month or year of the last change that the record states (2024-05), or a range of those (2023..2024-05)',
    words: ['date', '日期', '更新'],
    isFacet: false,
    keep: (view: View) => listOf(dayOf(view.fields['modified'])),
    show: (kept: string) => [kept, kept.slice(0, 7), kept.slice(0, 4)],
    isWithin: (kept: string, range: string) => {
      const [from = '', to = ''] = range.split('..')
      return kept >= from && (to === '' || kept.slice(0, to.length) <= to)
    },
  },
  has: {
    description: 'problems or conflicts: only records with open ones',
    words: ['有'],
    isFacet: true,
    keep: (view: View) => [
      ...(view.problems.length > 0 ? ['problems'] : []),
      ...(view.conflicts.length > 0 ? ['conflicts'] : []),
    ],
  },
}

/** A declared filter. */
export type Filter = Declaration & { readonly name: FilterName }

/** All filters, in the order of the columns of the index. */
export const FILTERS: readonly Filter[] = Object.entries(DECLARATIONS).map(
  ([name, declaration]) => ({ name: name as FilterName, ...declaration }),
)

/** The declaration of a filter. */
export function filterOf(name: FilterName): Declaration {
  return DECLARATIONS[name]
}

/** The filters whose values are counted beside a result. */
export const FACETS: readonly FilterName[] = FILTERS.filter((f) => f.isFacet).map((f) => f.name)

const RANGE = /^(\d{4}(-\d\d){0,2})?\.\.(\d{4}(-\d\d){0,2})?$/

/** Whether a value of a filter is a range and not a value. */
export function isRange(name: FilterName, value: string): boolean {
  return filterOf(name).isWithin !== undefined && RANGE.test(value) && value !== '..'
}

function regionsAbove(code: string): readonly string[] {
  if (!/^\d{6}$/.test(code)) return []
  const above = [`${code.slice(0, 4)}00`, `${code.slice(0, 2)}0000`, 'CN']
  return above.filter((region) => region !== code)
}

function dayOf(value: JsonValue | undefined): string | null {
  const text = textOf(value)
  return text !== null && /^\d{4}-\d\d-\d\d/.test(text) ? text.slice(0, 10) : null
}

function listOf(value: string | null): readonly string[] {
  return value === null ? [] : [value]
}

/** A text, or null where there is none. */
export function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

/** The texts of a list. */
export function textList(value: JsonValue | undefined): readonly string[] {
  if (!Array.isArray(value)) return []
  return value.filter((item): item is string => typeof item === 'string')
}

/** The type of a value that has one: sharing and openness. */
export function typeOf(value: JsonValue | undefined): string | null {
  return isJsonObject(value) ? textOf(value['type']) : null
}

/** The formats of the distributions among the fields of these paths, each once. */
export function formatsOf(fields: View['fields'], paths: readonly string[]): readonly string[] {
  const formats: string[] = []
  for (const path of paths) {
    if (!path.startsWith('distributions/')) continue
    const value = fields[path]
    const format = isJsonObject(value) ? textOf(value['format']) : null
    if (format !== null && !formats.includes(format)) formats.push(format)
  }
  return formats.length > 1 ? formats.sort() : formats
}
