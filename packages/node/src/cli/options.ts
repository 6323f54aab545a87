import { MuluError, type Right } from '@mulu/registry-core'

const RIGHTS: readonly Right[] = ['describe', 'classify', 'erase']

/** Gathers an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

/** A port from the command line; MULU_USAGE when it is none. */
export function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new MuluError('MULU_USAGE', { details: { reason: `${text} is not a port.` } })
  }
  return port
}

/** A count from 1; MULU_USAGE when it is none. */
export function parseCount(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || count < 1 || count > 64) {
    throw new MuluError('MULU_USAGE', { details: { reason: `${text} is not a count.` } })
  }
  return count
}

/** Rights with commas between them; MULU_USAGE names one that is none. */
export function parseRights(text: string): readonly Right[] {
  return text.split(',').map((word) => {
    const right = RIGHTS.find((known) => known === word.trim())
    if (right === undefined) {
      const reason = `${word} is no right; there are ${RIGHTS.join(', ')}.`
      throw new MuluError('MULU_USAGE', { details: { reason } })
    }
    return right
  })
}
