/** How long request bodies may take: short ones as a whole, streams as long as they get on. */
import { MuluError } from '@mulu/registry-core'
import type { Request, RequestHandler } from 'express'
import type { Clock } from '../clock.ts'
import { problemOf } from './on-error.ts'

/** Whether a request brings a body. */
export function hasBody(request: Request): boolean {
  return request.get('transfer-encoding') !== undefined || Number(request.get('content-length')) > 0
}

/**
 * Ends a request whose body is not whole after `bodyMs`, with MULU_TIMEOUT. Streams, which a slow
 * store may hold up for longer, are left to `streamedBody`.
 */
export function limitBodyTime(
  clock: Clock,
  bodyMs: number,
  isStream: (request: Request) => boolean,
): RequestHandler {
  return (request, response, next) => {
    if (hasBody(request) && !isStream(request)) {
      const cancel = clock.after(bodyMs, () => {
        if (request.complete) return
        const problem = problemOf(new MuluError('MULU_TIMEOUT'))
        response.set('Connection', 'close').status(problem.status)
        response.type('application/problem+json').json(problem)
      })
      request.once('close', cancel)
      response.once('close', cancel)
    }
    next()
  }
}

/**
 * The bytes of a long body as they come, only as fast as they are taken. A client that breaks off,
 * or sends nothing for `stallMs`, ends it early, as a cut file does. Whoever stops taking can still
 * answer: the rest is let pass unread.
 */
export async function* streamedBody(
  request: Request,
  clock: Clock,
  stallMs: number,
): AsyncGenerator<Uint8Array> {
  const chunks = request.iterator({ destroyOnReturn: false })
  try {
    for (;;) {
      const cancel = clock.after(stallMs, () => void request.destroy())
      const { done, value } = await chunks.next().finally(cancel)
      if (done === true) return
      yield value as Uint8Array
    }
  } catch (error) {
    if (!request.destroyed) throw error
  } finally {
    await chunks.return?.()
    if (!request.complete) {
      request.setTimeout(stallMs, () => request.destroy())
      request.resume()
    }
  }
}
