import { type ErrorKey, errorKey } from '../error-words.ts'
import { ApiError } from '../request.ts'
import { FILE_GONE, STOPPED } from './upload-bundle.ts'

const KEYS = {
  MULU_BUNDLE_SHAPE: 'bundleError.shape',
  MULU_FEDERATION_MISMATCH: 'bundleError.federation',
  MULU_BUNDLE_KEY: 'bundleError.key',
  MULU_BUNDLE_RECEIVER: 'bundleError.receiver',
  MULU_KEY_LOCKED: 'bundleError.locked',
  MULU_PASSPHRASE: 'bundleError.passphrase',
  MULU_BUSY: 'bundleError.busy',
  MULU_DISK: 'bundleError.disk',
  MULU_LIMIT: 'bundleError.large',
  HTTP_413: 'bundleError.large',
  MULU_UNREACHED: 'bundleError.unreached',
  [FILE_GONE]: 'bundleError.gone',
} as const

type Key = (typeof KEYS)[keyof typeof KEYS] | ErrorKey

/** What a refused bundle means for whoever carries it, and what to do. */
export function bundleErrorKey(error: unknown): Key {
  if (!(error instanceof ApiError)) return errorKey(error)
  const known = Object.entries(KEYS).find(([code]) => code === error.code)
  return known?.[1] ?? errorKey(error)
}

/** Whether a file waits for its passphrase, and whether one was tried. */
export function lockOf(error: unknown): 'locked' | 'wrong' | undefined {
  if (!(error instanceof ApiError)) return undefined
  if (error.code === 'MULU_KEY_LOCKED') return 'locked'
  return error.code === 'MULU_PASSPHRASE' ? 'wrong' : undefined
}

/** Whether the reader has stopped it. */
export function isStopped(error: unknown): boolean {
  return error instanceof ApiError && error.code === STOPPED
}

const FINAL = ['MULU_BUNDLE_SHAPE', 'MULU_FEDERATION_MISMATCH', 'MULU_BUNDLE_KEY']

/** Whether the same file may go in when it is sent again. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError) || !FINAL.includes(error.code)
}
