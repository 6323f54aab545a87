/** What the first part of a path is called and where its fields stand on the record page. */
export const GROUPS = ['basics', 'access', 'classification', 'terms', 'imported'] as const
export type Group = (typeof GROUPS)[number]

export const GROUP_NAMES = {
  basics: 'group.basics',
  access: 'group.access',
  classification: 'group.classification',
  terms: 'group.terms',
  imported: 'group.imported',
} as const satisfies Record<Group, string>

const KNOWN = {
  title: { group: 'basics', name: 'field.title' },
  description: { group: 'basics', name: 'field.description' },
  publisher: { group: 'basics', name: 'field.publisher' },
  contact: { group: 'basics', name: 'field.contact' },
  identifier: { group: 'basics', name: 'field.identifier' },
  landingPage: { group: 'access', name: 'field.landingPage' },
  distributions: { group: 'access', name: 'field.distribution' },
  endpoint: { group: 'access', name: 'field.endpoint' },
  theme: { group: 'classification', name: 'field.theme' },
  keyword: { group: 'classification', name: 'field.keyword' },
  region: { group: 'classification', name: 'field.region' },
  spatial: { group: 'classification', name: 'field.spatial' },
  temporal: { group: 'classification', name: 'field.temporal' },
  language: { group: 'classification', name: 'field.language' },
  conformsTo: { group: 'classification', name: 'field.conformsTo' },
  describedBy: { group: 'classification', name: 'field.describedBy' },
  references: { group: 'classification', name: 'field.references' },
  state: { group: 'terms', name: 'field.state' },
  sharing: { group: 'terms', name: 'field.sharing' },
  openness: { group: 'terms', name: 'field.openness' },
  authoritative: { group: 'terms', name: 'field.authoritative' },
  license: { group: 'terms', name: 'field.license' },
  rights: { group: 'terms', name: 'field.rights' },
  frequency: { group: 'terms', name: 'field.frequency' },
  issued: { group: 'terms', name: 'field.issued' },
  modified: { group: 'terms', name: 'field.modified' },
  source: { group: 'imported', name: 'field.source' },
} as const satisfies Record<string, { group: Group; name: string }>

const ORDER: readonly string[] = Object.keys(KNOWN)

export type FieldKey = (typeof KNOWN)[keyof typeof KNOWN]['name']

/** A path taken apart for the page; `key` is undefined where the name came with an import. */
export type FieldName = {
  readonly group: Group
  readonly key: FieldKey | undefined
  /** The language of `title/en`, the id of `distributions/a1`, the own name of `x/bureauCode`. */
  readonly rest: string
}

export function nameOf(path: string): FieldName {
  const [head = '', ...tail] = path.split('/')
  const known = Object.entries(KNOWN).find(([first]) => first === head)?.[1]
  if (known !== undefined) return { group: known.group, key: known.name, rest: tail.join('/') }
  const own = head === 'x' ? tail.join('/') : path
  return { group: 'imported', key: undefined, rest: readableName(decodePath(own)) }
}

/** The order of rows: as on a form, then by path. */
export function compareFields(left: string, right: string): number {
  const difference = rankOf(left) - rankOf(right)
  if (difference !== 0) return difference
  return left < right ? -1 : Number(left > right)
}

function rankOf(path: string): number {
  const rank = ORDER.indexOf(path.split('/')[0] ?? '')
  return rank === -1 ? ORDER.length : rank
}

/** `accessLevel`, `access_mode` and `@type` as a person would write them. */
export function readableName(name: string): string {
  const spaced = name
    .replace(/^@/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim()
  const lowered = spaced.replace(/\b([A-Z])(?=[a-z])/g, (letter) => letter.toLowerCase())
  return lowered.charAt(0).toUpperCase() + lowered.slice(1)
}

function decodePath(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
