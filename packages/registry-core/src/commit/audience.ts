/**
 * Who may hold a log: 0 the namespace's own nodes, 1 the federation, or a sorted list of
 * namespaces (a request between two agencies).
 */
import { readArray, readInteger } from '../encoding/shape.ts'
import { AUDIENCE_NAMESPACES_MAX } from '../limits.ts'

/** 0 own namespace, 1 federation, or 2..16 ascending namespace numbers. */
export type Audience = 0 | 1 | readonly number[]

/** Reads an audience out of decoded bytes; throws when it is none. */
export function readAudience(value: unknown): Audience {
  if (value === 0 || value === 1) return value
  const list = readArray(value, (n) => readInteger(n, 1, 0xffffffff, 'namespace'), 1_024, 'aud')
  for (const [index, ns] of list.entries()) {
    if (index > 0 && ns <= (list[index - 1] ?? 0)) throw new Error('aud is not ascending')
  }
  return list
}

/** Whether an audience is within the limits that every node holds to. */
export function isAudienceWithinLimits(aud: Audience): boolean {
  return typeof aud === 'number' || (aud.length >= 2 && aud.length <= AUDIENCE_NAMESPACES_MAX)
}

/** An audience as text, for keys. */
export function audienceText(aud: Audience): string {
  return typeof aud === 'number' ? String(aud) : `l${aud.join('.')}`
}

/** The audience that a text from `audienceText` stands for. */
export function parseAudience(text: string): Audience {
  if (text === '0') return 0
  if (text === '1') return 1
  return text.slice(1).split('.').map(Number)
}
