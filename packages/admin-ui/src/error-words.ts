import { ApiError } from './request.ts'

const KEYS = {
  MULU_UNREACHED: 'error.unreached',
  MULU_QUERY: 'error.query',
  MULU_AS_OF_TOO_FAR: 'error.asOfTooFar',
  MULU_NOT_HELD: 'error.notHeld',
  MULU_RECORD_NOT_HELD: 'error.recordNotHeld',
  MULU_PARTIAL: 'error.partial',
  MULU_BUSY: 'error.turn',
  MULU_RECORD_NOT_FOUND: 'error.notFound',
  MULU_NOT_FOUND: 'error.notFound',
  MULU_IF_MATCH_MISSING: 'error.base',
  MULU_BASE_UNKNOWN: 'error.base',
  MULU_STALE: 'error.stale',
  MULU_RIGHT_MISSING: 'error.right',
  MULU_AUTHENTICATION: 'error.key',
  MULU_RATE: 'error.rate',
  MULU_IMPORT_BUSY: 'error.busy',
  MULU_SUBSCRIPTION: 'error.subscription',
  MULU_ERASURE: 'error.erasure',
} as const

export type ErrorKey = (typeof KEYS)[keyof typeof KEYS] | 'error.node' | 'error.refused'

/** The sentence that says what a refusal means for the reader; compares codes, never text. */
export function errorKey(error: unknown): ErrorKey {
  if (!(error instanceof ApiError)) return 'error.node'
  const known = Object.entries(KEYS).find(([code]) => code === error.code)
  if (known !== undefined) return known[1]
  if (error.status === 401) return 'error.key'
  if (error.status === 403) return 'error.right'
  if (error.status === 404) return 'error.notFound'
  return error.status >= 500 ? 'error.node' : 'error.refused'
}
