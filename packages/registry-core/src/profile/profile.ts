/**
 * A profile is what one jurisdiction says about records: schemas, classes and ranks of fields,
 * vocabularies and labels. It is plain JSON; the roster pins it by the hash of its canonical JSON.
 *
 * | key | meaning |
 * |---|---|
 * | id, version, label | which profile this is |
 * | kinds.K.schema | JSON Schema over the nested form of a record (nest.ts) |
 * | kinds.K.classes | path or `segment/*` to class: 1 legal effect, 2 erasable; else 0 |
 * | kinds.K.ranks | per path with legal effect the values from least to most restrictive |
 * | kinds.K.fields | labels, vocabulary and origin of each field; advice, never a rule |
 * | vocabularies | coded values with their labels |
 * | synonyms | groups of words or names that mean the same to a search, in any language |
 *
 * A figure or rule that is not confirmed stands only as `obligation` with `source` and
 * `confidence` in `fields`, never in a schema.
 */
import type { JsonObject, JsonValue } from '../encoding/json.ts'

/** A text in both languages of the screen. */
export type Label = { readonly 'zh-Hans': string; readonly en: string }

/** 0 descriptive, 1 legal effect, 2 erasable. */
export type FieldClass = 0 | 1 | 2

/** How sure an outside fact is: read at its source, read elsewhere, or remembered. */
export type Confidence = 'confirmed' | 'secondary' | 'unconfirmed'

/** The values of one field (or of its member `by`), from least to most restrictive. */
export type RankRule = {
  readonly path: string
  readonly by?: string
  readonly order: readonly (string | number | boolean)[]
}

/** What a form and a reader should know about a field. */
export type FieldNote = {
  readonly label: Label
  readonly vocabulary?: string
  readonly element?: string
  readonly obligation?: 'mandatory' | 'conditional' | 'optional'
  readonly source?: string
  readonly confidence?: Confidence
}

/** One coded value. */
export type Term = {
  readonly code: string
  readonly label: Label
  readonly broader?: string
  readonly iso?: string
  readonly mediaType?: string
  readonly number?: string
}

/** A list of coded values. */
export type Vocabulary = {
  readonly label: Label
  readonly terms: readonly Term[]
  readonly source?: string
  readonly confidence?: Confidence
}

/** One kind of record. */
export type KindProfile = {
  readonly label: Label
  readonly schema: JsonObject
  readonly classes: Readonly<Record<string, FieldClass>>
  readonly ranks: readonly RankRule[]
  readonly fields: Readonly<Record<string, FieldNote>>
}

/** Schemas, classes, ranks, vocabularies and labels of one jurisdiction. */
export type Profile = {
  readonly id: string
  readonly version: number
  readonly label: Label
  readonly kinds: Readonly<Record<string, KindProfile>>
  readonly vocabularies: Readonly<Record<string, Vocabulary>>
  readonly synonyms: readonly (readonly string[])[]
}

/** What the profile says about a kind; undefined for a kind it does not know. */
export function kindProfile(profile: Profile, kind: string): KindProfile | undefined {
  return own(profile.kinds, kind)
}

/** The class of a field: by its exact path, else by `first-segment/*`, else descriptive. */
export function classOf(profile: Profile, kind: string, path: string): FieldClass {
  const known = kindProfile(profile, kind)
  return known === undefined ? 0 : classIn(classTable(known), path)
}

/** `classOf` for the fields of one kind, which is looked up once. */
export function classesOf(profile: Profile, kind: string): (path: string) => FieldClass {
  const known = kindProfile(profile, kind)
  if (known === undefined) return () => 0
  const table = classTable(known)
  return (path) => classIn(table, path)
}

function classIn({ exact, families, found }: ClassTable, path: string): FieldClass {
  const before = found.get(path)
  if (before !== undefined) return before
  const slash = path.indexOf('/')
  const family = slash === -1 ? undefined : families.get(path.slice(0, slash))
  const cls = exact.get(path) ?? family ?? 0
  if (found.size < PATHS_KEPT_MAX) found.set(path, cls)
  return cls
}

type ClassTable = {
  readonly exact: ReadonlyMap<string, FieldClass>
  readonly families: ReadonlyMap<string, FieldClass>
  /** The classes of paths that were asked for. */
  readonly found: Map<string, FieldClass>
}

const PATHS_KEPT_MAX = 4_096
const classTables = new WeakMap<KindProfile, ClassTable>()

/** The classes of a kind as maps; they are asked for every slot that comes in. */
function classTable(kind: KindProfile): ClassTable {
  const known = classTables.get(kind)
  if (known !== undefined) return known
  const exact = new Map(Object.entries(kind.classes))
  const families = new Map(
    [...exact].flatMap(([path, cls]) =>
      path.endsWith('/*') ? [[path.slice(0, -2), cls] as const] : [],
    ),
  )
  const table = { exact, families, found: new Map<string, FieldClass>() }
  classTables.set(kind, table)
  return table
}

/**
 * How restrictive a value is. Absent, removed and unknown values rank highest: nobody opens
 * anything by saying nothing. Without a rule for the path every value ranks 0.
 */
export function rankOf(
  profile: Profile,
  kind: string,
  path: string,
  value: JsonValue | undefined,
): number {
  const rule = kindProfile(profile, kind)?.ranks.find((candidate) => candidate.path === path)
  if (rule === undefined) return 0
  const order: readonly unknown[] = rule.order
  const rank = order.indexOf(rule.by === undefined ? value : member(value, rule.by))
  return rank === -1 ? rule.order.length : rank
}

function member(value: JsonValue | undefined, key: string): unknown {
  return typeof value === 'object' && value !== null ? own(value as JsonObject, key) : undefined
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
