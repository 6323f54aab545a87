/**
 * A record's flat fields as one nested object, the form that schemas are written for:
 * `{ 'title/en': 'Water' }` becomes `{ title: { en: 'Water' } }`. Segments stay percent-encoded.
 * Where a path and a longer one below it are both live, the shorter wins and the longer is
 * named, so that the result does not depend on the order of writing.
 */
import type { JsonObject, JsonValue } from '../encoding/json.ts'

/** The nested object, and the paths that had no place in it, sorted. */
export type Nested = {
  readonly value: JsonObject
  readonly prefixed: readonly string[]
}

type Branch = Map<string, Branch | Leaf>
type Leaf = { readonly leaf: JsonValue }

/** Nests flat fields. */
export function nest(fields: Readonly<Record<string, JsonValue>>): Nested {
  const root: Branch = new Map()
  const prefixed: string[] = []
  for (const [path, leaf] of Object.entries(fields)) {
    if (hasShorter(fields, path)) prefixed.push(path)
    else place(root, path.split('/'), { leaf })
  }
  return { value: branchToObject(root), prefixed: prefixed.sort() }
}

function hasShorter(fields: Readonly<Record<string, JsonValue>>, path: string): boolean {
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    if (Object.hasOwn(fields, path.slice(0, end))) return true
  }
  return false
}

function place(root: Branch, segments: readonly string[], leaf: Leaf): void {
  let branch = root
  for (const segment of segments.slice(0, -1)) {
    const next = branch.get(segment)
    const below: Branch = next instanceof Map ? next : new Map()
    branch.set(segment, below)
    branch = below
  }
  branch.set(segments.at(-1) ?? '', leaf)
}

/** `Object.fromEntries` defines own keys, also one named `__proto__`; assignment would not. */
function branchToObject(branch: Branch): JsonObject {
  const entries: [string, JsonValue][] = []
  for (const [key, below] of branch) {
    entries.push([key, below instanceof Map ? branchToObject(below) : below.leaf])
  }
  return Object.fromEntries(entries)
}
