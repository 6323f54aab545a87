/**
 * Readers for values that came out of a decoder: each gives the value typed or throws.
 * The codec that calls them turns any throw into its own refusal code.
 */

/** A decoded map with exactly known keys. */
export type Shape = Readonly<Record<string, unknown>>

function refuse(what: string): never {
  throw new Error(what)
}

/** An object that has no other keys than those named. */
export function readShape(value: unknown, keys: readonly string[], what: string): Shape {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(`${what} is not a map`)
  }
  if (value instanceof Uint8Array) return refuse(`${what} is not a map`)
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) return refuse(`${what} has an unknown key ${key}`)
  }
  return value as Shape
}

/** An array of at most `max` elements, each read by `read`. */
export function readArray<T>(
  value: unknown,
  read: (item: unknown, index: number) => T,
  max: number,
  what: string,
): readonly T[] {
  if (!Array.isArray(value)) return refuse(`${what} is not an array`)
  if (value.length > max) return refuse(`${what} has more than ${max} elements`)
  return value.map((item, index) => read(item, index))
}

/** A safe integer from `min` to `max`. */
export function readInteger(value: unknown, min: number, max: number, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || Object.is(value, -0)) {
    return refuse(`${what} is not an integer`)
  }
  if (value < min || value > max) return refuse(`${what} is out of range`)
  return value
}

/** A text of at most `max` UTF-16 units. */
export function readText(value: unknown, max: number, what: string): string {
  if (typeof value !== 'string') return refuse(`${what} is not a text`)
  if (value.length > max) return refuse(`${what} is too long`)
  return value
}

/** Bytes of a length from `min` to `max`. */
export function readBytes(value: unknown, min: number, max: number, what: string): Uint8Array {
  if (!(value instanceof Uint8Array)) return refuse(`${what} is not bytes`)
  if (value.length < min || value.length > max) return refuse(`${what} has a wrong length`)
  return value
}

/** A truth value. */
export function readBoolean(value: unknown, what: string): boolean {
  return typeof value === 'boolean' ? value : refuse(`${what} is not true or false`)
}

/** One of the texts given. */
export function readChoice<T extends string>(
  value: unknown,
  choices: readonly T[],
  what: string,
): T {
  const found = choices.find((choice) => choice === value)
  return found === undefined ? refuse(`${what} is none of ${choices.join(', ')}`) : found
}
