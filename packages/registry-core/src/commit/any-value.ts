import { isWellFormedText, type JsonValue } from '../encoding/json.ts'
import { VALUE_DEPTH_MAX } from '../limits.ts'

/** What a slot holds: a JSON value, or undefined for *removed*. */
export type SlotValue = JsonValue | undefined

/** Whether an object with this key could pass for something else where it is read. */
export function isForbiddenKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

/** Whether a decoded value may stand in a slot: plain JSON of bounded depth, or removed. */
export function isSlotValue(value: unknown): value is SlotValue {
  return value === undefined || isPlainJson(value, VALUE_DEPTH_MAX)
}

function isPlainJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value)
    case 'string':
      return isWellFormedText(value)
    case 'object':
      return value === null || (depth > 0 && isPlainContainer(value, depth - 1))
    default:
      return false
  }
}

function isPlainContainer(value: object, depth: number): boolean {
  if (Array.isArray(value)) return value.every((item) => isPlainJson(item, depth))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype) return false
  return Object.entries(value).every(
    ([key, item]) => isWellFormedText(key) && !isForbiddenKey(key) && isPlainJson(item, depth),
  )
}
