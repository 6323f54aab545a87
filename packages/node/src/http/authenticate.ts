import { MuluError } from '@mulu/registry-core'
import type { Request, RequestHandler } from 'express'
import { isSameKey } from '../folder/access-key.ts'

/** Lets a request through that brings the access key of this node as a bearer token. */
export function authenticate(accessKey: string): RequestHandler {
  return (request, _response, next) => {
    if (bringsKey(request, accessKey) !== true) throw new MuluError('MULU_AUTHENTICATION')
    next()
  }
}

/** Whether a request brings the access key; undefined when it brings none at all. */
export function bringsKey(request: Request, accessKey: string): boolean | undefined {
  const { authorization } = request.headers
  if (authorization === undefined) return undefined
  const [scheme, given = ''] = authorization.split(' ')
  return scheme === 'Bearer' && isSameKey(given, accessKey)
}
