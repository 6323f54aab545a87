/**
 * List elements as fields: `<family>/<id>` holds the whole object with `order`. Members that the
 * family knows get their own names, all others stand untouched below `x`.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../encoding/json.ts'
import type { Fields } from './candidate.ts'
import type { FieldEntry } from './field-entry.ts'
import { elementId, type HashBytes } from './local-id.ts'
import { orderKey } from './order-key.ts'
import { isTextOrNull, member } from './read-member.ts'

/** How a family of elements is named: its members from source to ours, and what identifies one. */
export type ElementMap = {
  readonly family: string
  readonly prefix: string
  readonly nameBySource: ReadonlyMap<string, string>
  readonly keySources: readonly string[]
}

/** The elements of a list as path and value. */
export function elementsToEntries(
  map: ElementMap,
  list: readonly JsonObject[],
  hash: HashBytes,
): readonly FieldEntry[] {
  const countByKey = new Map<string, number>()
  return list.map((element, position) => {
    const key = elementKey(map, element)
    const count = (countByKey.get(key) ?? 0) + 1
    countByKey.set(key, count)
    const id = elementId(hash, map.prefix, count === 1 ? key : `${key}\n${count}`)
    return [`${map.family}/${id}`, elementToValue(map, element, position)]
  })
}

/** An id that stays when an element moves or its other members change. */
function elementKey(map: ElementMap, element: JsonObject): string {
  for (const source of map.keySources) {
    const value = member(element, source)
    if (typeof value === 'string' && value !== '') return `${source} ${value}`
  }
  return ''
}

function elementToValue(map: ElementMap, element: JsonObject, position: number): JsonObject {
  const known: Record<string, JsonValue> = { order: orderKey(position) }
  const rest: [string, JsonValue][] = []
  for (const source of Object.keys(element)) {
    const name = map.nameBySource.get(source)
    const value = element[source] ?? null
    if (name !== undefined && isTextOrNull(value)) known[name] = value
    else rest.push([source, value])
  }
  if (rest.length > 0) known['x'] = Object.fromEntries(rest)
  return known
}

/** The list that a record's elements stand for, in their order, in the source's names. */
export function fieldsToElements(map: ElementMap, fields: Fields): readonly JsonObject[] {
  const sourceByName = new Map([...map.nameBySource].map(([source, name]) => [name, source]))
  return Object.entries(fields)
    .filter(([path]) => path.startsWith(`${map.family}/`))
    .flatMap(([path, value]) => (isJsonObject(value) ? [{ path, value }] : []))
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
    .map(({ value }) => valueToElement(value, sourceByName))
}

function sortKey(element: { readonly path: string; readonly value: JsonObject }): string {
  const order = member(element.value, 'order')
  return `${typeof order === 'string' ? order : ''}\n${element.path}`
}

function valueToElement(value: JsonObject, sourceByName: ReadonlyMap<string, string>): JsonObject {
  const entries = Object.entries(value).flatMap(([name, item]): [string, JsonValue][] => {
    if (name === 'order') return []
    if (name === 'x') return isJsonObject(item) ? Object.entries(item) : []
    return [[sourceByName.get(name) ?? name, item]]
  })
  return Object.fromEntries(entries)
}
