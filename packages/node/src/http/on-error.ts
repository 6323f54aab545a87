/** The one place where errors turn outward: RFC 9457 problem details with our stable code. */
import { randomUUID } from 'node:crypto'
import { isMuluError, MuluError } from '@mulu/registry-core'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { NodeLogger } from '../logger.ts'

/** Answers what no route took. */
export const notFound: RequestHandler = (request) => {
  throw new MuluError('MULU_NOT_FOUND', { details: { path: request.path } })
}

/** Answers an error; one that is not ours is logged under the id the client gets. */
export function onError(logger: NodeLogger): ErrorRequestHandler {
  return (error, request, response, next) => {
    const problem = toProblem(error, logger)
    if (response.headersSent) {
      next(error)
      return
    }
    logger.debug({ code: problem.code, method: request.method, path: request.path }, 'refused')
    response.status(problem.status).type('application/problem+json').json(problem)
  }
}

type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly details: unknown
}

/** The problem document of any error. */
export function toProblem(error: unknown, logger: NodeLogger): Problem {
  const known = asMuluError(error)
  if (known !== undefined) return problemOf(known)
  const id = randomUUID()
  logger.error({ err: error, id }, 'unexpected error')
  return problemOf(new MuluError('MULU_INTERNAL', { details: { id } }))
}

function problemOf(error: MuluError): Problem {
  const reason = error.details['reason']
  return {
    ...error.details,
    type: `urn:mulu:error:${error.code}`,
    title: error.message,
    status: error.status,
    detail: typeof reason === 'string' ? reason : error.message,
    code: error.code,
    details: error.details,
  }
}

/** Ours as it is; what express and its body parser refuse gets our code. */
function asMuluError(error: unknown): MuluError | undefined {
  if (isMuluError(error)) return error
  const type = (error as { type?: unknown } | null)?.type
  if (type === 'entity.too.large') return new MuluError('MULU_LIMIT', { cause: error })
  if (type === 'entity.parse.failed') return new MuluError('MULU_JSON', { cause: error })
  if (error instanceof URIError) return new MuluError('MULU_NOT_FOUND', { cause: error })
  return undefined
}
