import { MuluError } from '@mulu/registry-core'
import type { RequestHandler } from 'express'
import { isSameKey } from '../folder/access-key.ts'

/** Lets a request through that brings the access key of this node as a bearer token. */
export function authenticate(accessKey: string): RequestHandler {
  return (request, _response, next) => {
    const [scheme, given = ''] = (request.headers.authorization ?? '').split(' ')
    if (scheme !== 'Bearer' || !isSameKey(given, accessKey)) {
      throw new MuluError('MULU_AUTHENTICATION')
    }
    next()
  }
}
