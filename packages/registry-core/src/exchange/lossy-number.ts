/**
 * Finds numbers in a JSON text that a double cannot hold: whole numbers beyond 2^53 - 1 and
 * numbers that become infinite. Only the text can tell, since a parser has rounded already.
 */

/** A number that loses digits: the keys and positions down to it, and its text. */
export type LossyNumber = {
  readonly at: readonly (string | number)[]
  readonly token: string
}

type Frame = { key: string | number; readonly isList: boolean; expectsKey: boolean }

const SUSPICIOUS = /\d{16}|[eE]\+?\d{3}/

/** All lossy numbers of a text that is known to be JSON. */
export function lossyNumbers(text: string): readonly LossyNumber[] {
  return SUSPICIOUS.test(text) ? scan(text) : []
}

function scan(text: string): readonly LossyNumber[] {
  const found: LossyNumber[] = []
  const frames: Frame[] = []
  let position = 0
  while (position < text.length) {
    const char = text.charAt(position)
    const end = tokenEnd(text, position, char)
    const token = text.slice(position, end)
    if (isNumberStart(char) && isLossy(token)) {
      found.push({ at: frames.map((frame) => frame.key), token })
    } else {
      follow(frames, char, token)
    }
    position = end
  }
  return found
}

function isNumberStart(char: string): boolean {
  return char === '-' || (char >= '0' && char <= '9')
}

function isLossy(token: string): boolean {
  const value = Number(token)
  if (!Number.isFinite(value)) return true
  return /^-?\d+$/.test(token) && !Number.isSafeInteger(value)
}

function tokenEnd(text: string, start: number, char: string): number {
  if (char === '"') return stringEnd(text, start)
  if (!isNumberStart(char)) return start + 1
  let end = start + 1
  while (end < text.length && /[0-9.eE+-]/.test(text.charAt(end))) end += 1
  return end
}

function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end + 1
}

function isEscaped(text: string, quote: number): boolean {
  let first = quote
  while (text.charAt(first - 1) === '\\') first -= 1
  return (quote - first) % 2 === 1
}

function follow(frames: Frame[], char: string, token: string): void {
  const frame = frames.at(-1)
  if (char === '{') frames.push({ key: '', isList: false, expectsKey: true })
  else if (char === '[') frames.push({ key: 0, isList: true, expectsKey: false })
  else if (char === '}' || char === ']') frames.pop()
  else if (frame !== undefined) followWithin(frame, char, token)
}

function followWithin(frame: Frame, char: string, token: string): void {
  if (char === ',') {
    if (typeof frame.key === 'number') frame.key += 1
    else frame.expectsKey = true
  } else if (char === '"' && frame.expectsKey) {
    frame.key = String(JSON.parse(token))
    frame.expectsKey = false
  }
}
