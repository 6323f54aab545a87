/**
 * Administrator keys of agencies in the root chain: the root holders name one, and end it by
 * listing the orders of it that stand, whole, so that no later find adds to them (ADR 0043).
 */
import { isKeyAllowed, type PublicKey } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { ORDERS_PER_KEY_MAX } from '../limits.ts'

/** The rules version from which a roster may name administrator keys. */
export const ORDER_RULES = 3
/** Writer numbers from here on belong to orders: a block of them for each key ever named. */
export const ORDERED_WRITERS_FROM = 0x80000000
const KEYS_MAX = (0x100000000 - ORDERED_WRITERS_FROM) / ORDERS_PER_KEY_MAX

/** A key that an agency signs orders with. Its place in the list gives its block of numbers. */
export type Administrator = {
  readonly key: PublicKey
  readonly agency: number
  readonly from: number
  /** Since which version it is ended, and the orders that stand, in wire form. */
  readonly ended: { readonly version: number; readonly stand: readonly Uint8Array[] } | undefined
}

type Named = Pick<Administrator, 'key' | 'agency' | 'from'>

/** The list with one more key; throws when the key may not be named. */
export function nameAdministrator(
  before: readonly Administrator[],
  rules: number,
  { key, agency, from }: Named,
): readonly Administrator[] {
  if (rules < ORDER_RULES) throw new Error(`administrator keys need rules version ${ORDER_RULES}`)
  if (!isKeyAllowed(key, rules)) {
    throw new Error('the administrator key of an agency is not acceptable')
  }
  if (placeOf(before, key) >= 0) throw new Error('an administrator key is named only once')
  if (before.length >= KEYS_MAX) throw new Error('there are no more numbers for orders')
  return [...before, { key, agency, from, ended: undefined }]
}

/** The list with a key ended; ended again, only fewer of its orders may stand. */
export function endAdministrator(
  before: readonly Administrator[],
  key: PublicKey,
  ended: NonNullable<Administrator['ended']>,
): readonly Administrator[] {
  const place = placeOf(before, key)
  const known = before[place]
  if (known === undefined) throw new Error('there is no such administrator key')
  const stood = known.ended?.stand
  const isFewer =
    stood === undefined || ended.stand.every((each) => stood.some((old) => equalBytes(old, each)))
  if (!isFewer) throw new Error('the orders that stand may only become fewer')
  return before.with(place, { ...known, ended })
}

/** Where a key stands in the list; -1 when it was never named. */
export function placeOf(administrators: readonly Administrator[], key: PublicKey): number {
  return administrators.findIndex((each) => equalBytes(each.key, key))
}

/** The number of the writer that order `no` of the key at `place` admits. */
export function orderedWriter(place: number, no: number): number {
  return ORDERED_WRITERS_FROM + place * ORDERS_PER_KEY_MAX + no - 1
}

/** The key whose block a writer number lies in; undefined for a number that the roots gave. */
export function administratorOf(
  administrators: readonly Administrator[],
  client: number,
): Administrator | undefined {
  return administrators[Math.floor((client - ORDERED_WRITERS_FROM) / ORDERS_PER_KEY_MAX)]
}
