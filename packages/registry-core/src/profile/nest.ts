/**
 * A record's flat fields as one nested object, the form that schemas are written for:
 * `{ 'title/en': 'Water' }` becomes `{ title: { en: 'Water' } }`. Segments stay percent-encoded.
 * Where a path and a longer one below it are both live, the shorter wins and the longer is
 * named, so that the result does not depend on the order of writing.
 */
import { type JsonObject, type JsonValue, newTable } from '../encoding/json.ts'

/** The nested object, and the paths that had no place in it, sorted. */
export type Nested = {
  readonly value: JsonObject
  readonly prefixed: readonly string[]
}

type Branch = Record<string, JsonValue>

/** Nests flat fields. */
export function nest(fields: Readonly<Record<string, JsonValue>>): Nested {
  const value = newTable()
  const prefixed: string[] = []
  for (const path of Object.keys(fields)) {
    const leaf = fields[path] ?? null
    const isDeep = path.includes('/')
    if (isDeep && hasShorter(fields, path)) prefixed.push(path)
    else if (isDeep) place(value, path.split('/'), leaf)
    else value[path] = leaf
  }
  return { value, prefixed: prefixed.sort() }
}

function hasShorter(fields: Readonly<Record<string, JsonValue>>, path: string): boolean {
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    if (Object.hasOwn(fields, path.slice(0, end))) return true
  }
  return false
}

/** What stands on the way down is a branch made here: a live shorter path was told apart before. */
function place(root: Branch, segments: readonly string[], leaf: JsonValue): void {
  let branch = root
  const last = segments.length - 1
  for (let i = 0; i < last; i++) {
    const segment = segments[i] ?? ''
    branch[segment] ??= newTable()
    branch = branch[segment] as Branch
  }
  branch[segments[last] ?? ''] = leaf
}
