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

/** Nests flat fields, of which these are the paths. */
export function nest(
  fields: Readonly<Record<string, JsonValue>>,
  paths: readonly string[] = Object.keys(fields),
): Nested {
  const value = newTable()
  const prefixed: string[] = []
  for (const path of paths) {
    const leaf = fields[path] ?? null
    if (!path.includes('/')) value[path] = leaf
    else {
      const { segments, above } = wayOf(path)
      if (above.some((shorter) => Object.hasOwn(fields, shorter))) prefixed.push(path)
      else place(value, segments, leaf)
    }
  }
  return { value, prefixed: prefixed.sort() }
}

/** The segments of a path, and the shorter paths above it. */
type Way = { readonly segments: readonly string[]; readonly above: readonly string[] }

const WAYS_KEPT_MAX = 4_096
/** Ways of paths that were met; most stand in many records. */
const ways = new Map<string, Way>()

function wayOf(path: string): Way {
  const known = ways.get(path)
  if (known !== undefined) return known
  const way = findWay(path)
  if (ways.size < WAYS_KEPT_MAX) ways.set(path, way)
  return way
}

function findWay(path: string): Way {
  const [segments, above]: [string[], string[]] = [[], []]
  let start = 0
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', start)) {
    segments.push(path.slice(start, end))
    above.push(path.slice(0, end))
    start = end + 1
  }
  segments.push(path.slice(start))
  return { segments, above }
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
