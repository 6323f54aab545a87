/** The one place where errors turn outward: RFC 9457 problem details with our stable code. */
import { randomUUID } from 'node:crypto'
import { type ErrorCode, isMuluError, MuluError } from '@mulu/registry-core'
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

/** The problem document of one of our errors. */
export function problemOf(error: MuluError): Problem {
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

/** What express, its body parser and its file server refuse, by the status they give it. */
const CODE_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'MULU_REQUEST',
  403: 'MULU_NOT_FOUND',
  404: 'MULU_NOT_FOUND',
  412: 'MULU_REQUEST',
  413: 'MULU_LIMIT',
  415: 'MULU_MEDIA_TYPE',
  416: 'MULU_REQUEST',
}

/** Ours as it is; what express and its parts refuse gets our code. */
function asMuluError(error: unknown): MuluError | undefined {
  if (isMuluError(error)) return error
  if (error instanceof URIError) return new MuluError('MULU_NOT_FOUND', { cause: error })
  if (!(error instanceof Error)) return undefined
  const { type, status, message } = error as { type?: unknown; status?: unknown } & Error
  if (type === 'entity.parse.failed') return new MuluError('MULU_JSON', { cause: error })
  const code = CODE_BY_STATUS[Number(status)]
  if (code === undefined) return undefined
  return new MuluError(code, { cause: error, details: { reason: message.slice(0, 200) } })
}
