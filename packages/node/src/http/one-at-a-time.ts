import type { ErrorCode } from '@mulu/registry-core'
import { MuluError } from '@mulu/registry-core'
import type { Request, RequestHandler } from 'express'

const RETRY_AFTER_S = 5

/** Lets one request through at a time; another is refused before its body is read. */
export function oneAtATime(code: ErrorCode): RequestHandler {
  return fewAtATime(code, 1)
}

/** Lets so many requests through at a time, of those that are meant. */
export function fewAtATime(
  code: ErrorCode,
  most: number,
  isMeant: (request: Request) => boolean = () => true,
): RequestHandler {
  let running = 0
  return (request, response, next) => {
    if (!isMeant(request)) return next()
    if (running >= most) {
      response.set('Retry-After', String(RETRY_AFTER_S))
      throw new MuluError(code, { details: { retryAfterS: RETRY_AFTER_S } })
    }
    running += 1
    response.once('close', () => {
      running -= 1
    })
    next()
  }
}
