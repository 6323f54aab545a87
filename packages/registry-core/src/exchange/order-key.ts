/**
 * Order of list elements as a text that sorts by code unit: a letter for the number of digits
 * (`a` one, `b` two, and so on), then the position in base 62. Others can be put between two keys
 * by making a longer one (fractional indexing).
 */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const FIRST_LETTER = 'a'.charCodeAt(0)

/** The key of the element at a position, from 0. */
export function orderKey(position: number): string {
  let rest = position
  let width = 1
  let size = DIGITS.length
  while (rest >= size) {
    rest -= size
    size *= DIGITS.length
    width += 1
  }
  let digits = ''
  for (let place = 0; place < width; place++) {
    digits = DIGITS.charAt(rest % DIGITS.length) + digits
    rest = Math.floor(rest / DIGITS.length)
  }
  return String.fromCharCode(FIRST_LETTER + width - 1) + digits
}
