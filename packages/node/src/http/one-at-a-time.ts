import type { ErrorCode } from '@mulu/registry-core'
import { MuluError } from '@mulu/registry-core'
import type { RequestHandler } from 'express'

const RETRY_AFTER_S = 5

/** Lets one request through at a time; another is refused before its body is read. */
export function oneAtATime(code: ErrorCode): RequestHandler {
  let isBusy = false
  return (_request, response, next) => {
    if (isBusy) {
      response.set('Retry-After', String(RETRY_AFTER_S))
      throw new MuluError(code, { details: { retryAfterS: RETRY_AFTER_S } })
    }
    isBusy = true
    response.once('close', () => {
      isBusy = false
    })
    next()
  }
}
